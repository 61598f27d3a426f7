// How an answer ended, and what it used, in the AI SDK's words.

import type {
  JSONObject,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from "@ai-sdk/provider";

import type { Finish, FinishReason, Outcome, Usage } from "../outcome.js";
import { ownMetadata } from "./own.js";

const REASONS: Readonly<Record<FinishReason, LanguageModelV4FinishReason["unified"]>> = {
  cancelled: "other",
  content_filter: "content-filter",
  error: "error",
  length: "length",
  other: "other",
  pause: "other",
  refusal: "content-filter",
  stop: "stop",
  stop_sequence: "stop",
  tool_calls: "tool-calls",
};

/** Why an answer ended. */
export const finishOf = ({ reason, raw }: Finish): LanguageModelV4FinishReason => ({
  unified: REASONS[reason],
  raw: raw ?? undefined,
});

/** What a call used. A count that was not stated is undefined, as is one that would have to be computed from it. */
export function usageOf(usage: Usage): LanguageModelV4Usage {
  const { input, output, cache_read, cache_write, output_reasoning } = usage.counts;
  return {
    inputTokens: {
      total: input,
      noCache: less(input, cache_read, cache_write),
      cacheRead: cache_read,
      cacheWrite: cache_write,
    },
    outputTokens: { total: output, text: less(output, output_reasoning), reasoning: output_reasoning },
    raw: usage as unknown as JSONObject,
  };
}

/** A whole without these parts of it; a part that was not stated counts as none. */
const less = (whole: number | undefined, ...parts: (number | undefined)[]): number | undefined =>
  whole === undefined ? undefined : parts.reduce<number>((left, part) => left - (part ?? 0), whole);

/** The last part of a stream. */
export const finishPart = (outcome: Outcome): Extract<LanguageModelV4StreamPart, { type: "finish" }> => ({
  type: "finish",
  finishReason: finishOf(outcome.finish),
  usage: usageOf(outcome.usage),
  ...outcomeMetadata(outcome),
});

/** The last part of a stream that failed. */
export const failedPart = (outcome: Outcome): LanguageModelV4StreamPart => ({
  ...finishPart(outcome),
  finishReason: { unified: "error", raw: outcome.finish.raw ?? undefined },
});

/** How a call went, without what it said: cost, attempts, times. */
export function outcomeMetadata(outcome: Outcome): ReturnType<typeof ownMetadata> {
  const { type: _type, id: _id, model: _model, candidates: _candidates, usage: _usage, ...rest } = outcome;
  return ownMetadata(rest);
}
