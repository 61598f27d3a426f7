// The namespace `tokenwire` of the AI SDK's provider options and provider metadata.
//
// A part's metadata are the fields of the neutral part that the AI SDK has no place for. They come back as
// the part's options when the conversation goes on, so nothing that a vendor wants back is lost.

import type { JSONObject, SharedV4ProviderMetadata, SharedV4ProviderOptions } from "@ai-sdk/provider";

import type { CallRequest, FunctionTool, MediaFields, PartMarks, SchemaOutput } from "../request.js";

/**
 * What `providerOptions.tokenwire` of a call may hold: fields of the neutral request that the AI SDK has no
 * setting for. They stand over what the AI SDK's settings say; `tools` are added to the AI SDK's.
 *
 * @example
 * ```ts
 * const tokenwire = { parallel_tool_calls: false, reasoning: { summary: "auto" } } satisfies TokenwireCallOptions;
 * await generateText({ model, prompt, providerOptions: { tokenwire } });
 * ```
 */
export type TokenwireCallOptions = Partial<Omit<CallRequest, "messages" | "model" | "output" | "system">> & {
  /** How binding the schema of the answer is. */
  readonly output?: Pick<SchemaOutput, "strict">;
};

/** What `providerOptions.tokenwire` of a message or a part may hold: cache marks, vendors' fields, detail. */
export type TokenwirePartOptions = PartMarks & Pick<MediaFields, "detail">;

/** What `providerOptions.tokenwire` of a tool may hold. */
export type TokenwireToolOptions = Pick<FunctionTool, "cache" | "extensions">;

/** Our part of someone's options. What is wrong in it is found where the request is read. */
export const ownOptions = (options: SharedV4ProviderOptions | undefined): JSONObject => options?.["tokenwire"] ?? {};

/** Metadata of these fields, without those that are empty. */
export function ownMetadata(fields: object): { providerMetadata?: SharedV4ProviderMetadata } {
  const entries = Object.entries(fields).filter(([, value]) => !isEmpty(value));
  if (entries.length === 0) return {};
  return { providerMetadata: { tokenwire: Object.fromEntries(entries) as JSONObject } };
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0);
