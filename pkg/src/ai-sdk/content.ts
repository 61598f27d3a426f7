// Parts of an answer as the AI SDK's content.

import type { LanguageModelV4Content } from "@ai-sdk/provider";

import type { AnswerPart, Outcome } from "../outcome.js";
import { mediaTypeOf } from "./media.js";
import { ownMetadata } from "./own.js";
import { Sources } from "./sources.js";

/** Where a part stands, for what it does not say itself. */
export interface Place {
  /** The id of the answer. */
  readonly answer: string;
  /** The number of the part in it. */
  readonly part: number;
  /** Whose answer it is. */
  readonly vendor: string;
}

/** A whole answer as content. */
export function contentsOf({ id, candidates, extras }: Outcome, vendor: string): LanguageModelV4Content[] {
  const sources = new Sources();
  const contents = (candidates[0]?.parts ?? []).flatMap((part, number) => {
    const cited = part.kind === "text" ? part.citations.flatMap(({ raw }) => sources.fresh(raw)) : [];
    return [...cited, contentOf(part, { answer: id ?? "", part: number, vendor }, sources)];
  });
  // What the answer as a whole rests on has no place in its parts.
  const whole = extras.filter(({ name }) => name === "citation").flatMap(({ value }) => sources.fresh(value));
  return [...contents, ...whole];
}

/** A part as content. What the AI SDK has no field for goes into the metadata. */
export function contentOf(part: AnswerPart, place: Place, sources: Sources): LanguageModelV4Content {
  const { opaque } = part;
  switch (part.kind) {
    case "text": {
      const { text, citations } = part;
      return { type: "text", text, ...sources.of(citations), ...ownMetadata({ citations, opaque }) };
    }
    case "refusal":
      return { type: "text", text: part.text, ...ownMetadata({ kind: "refusal", opaque }) };
    case "reasoning": {
      const { text, is_summary } = part;
      return { type: "reasoning", text, ...ownMetadata({ is_summary, opaque }) };
    }
    case "tool_call":
      return {
        type: "tool-call",
        toolCallId: callId(part.id, place),
        toolName: part.name,
        input: part.arguments.trim() === "" ? "{}" : part.arguments,
        ...ownMetadata({ opaque }),
      };
    case "freeform_call":
      return {
        type: "tool-call",
        toolCallId: callId(part.id, place),
        toolName: part.name,
        input: JSON.stringify(part.arguments),
        ...ownMetadata({ kind: part.kind, opaque }),
      };
    case "audio":
    case "file":
    case "image":
    case "video":
      if (!("base64" in part)) break;
      return {
        type: "file",
        mediaType: part.media_type ?? mediaTypeOf(part.base64) ?? MEDIA_TYPES[part.kind],
        data: { type: "data", data: part.base64 },
        ...ownMetadata({ opaque }),
      };
    case "vendor":
      return { type: "custom", kind: `${place.vendor}.${part.vendor_type}`, ...ownMetadata(part) };
  }
  return { type: "custom", kind: `${place.vendor}.${part.kind}`, ...ownMetadata(part) };
}

/** What media are where neither the provider nor their bytes say. */
const MEDIA_TYPES = { audio: "audio/wav", file: "application/octet-stream", image: "image/png", video: "video/mp4" };

/**
 * The id of a call; where the provider gave none, one of the form by which the machine knows that there was
 * none.
 */
export const callId = (id: string | null, { answer, part }: Place): string =>
  id ?? `twcall_${answer.replace(/[^a-zA-Z0-9]/g, "").slice(0, 40)}_${part}`;
