// How a call ended, what it used and what it cost. The JSON of Rust's `transcript::write_outcome`.

import type { Loss } from "./loss.js";
import type {
  Citation,
  JsonValue,
  MediaFields,
  MediaSource,
  Message,
  Opaque,
  ReasoningPart,
  RefusalPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  VendorPart,
} from "./request.js";

/** The canonical reason why an answer ended. */
export type FinishReason =
  | "cancelled"
  | "content_filter"
  | "error"
  | "length"
  | "other"
  | "pause"
  | "refusal"
  | "stop"
  | "stop_sequence"
  | "tool_calls";

/** Why an answer ended, in both vocabularies. */
export interface Finish {
  /** The canonical reason. */
  readonly reason: FinishReason;
  /** The provider's word: `end_turn`, `STOP`, `completed`. */
  readonly raw: string | null;
  /** What the provider adds: the stop string that matched, a refusal's explanation. */
  readonly detail: string | null;
}

/** What went wrong, by the blame and the remedy. */
export type FailureKind =
  | "authentication"
  | "cancelled"
  | "configuration"
  | "conflict"
  | "connection"
  | "context_window_exceeded"
  | "forbidden"
  | "incomplete"
  | "invalid_request"
  | "malformed_response"
  | "not_found"
  | "overloaded"
  | "quota_exceeded"
  | "rate_limit"
  | "resume"
  | "server_error"
  | "spending_limit"
  | "timeout"
  | "too_large"
  | "unknown"
  | "unsupported";

/** Which deadline passed. */
export type TimeoutKind = "attempt" | "call" | "first_event" | "head" | "stall";

/** What went wrong. */
export interface Failure {
  /** What happened. */
  readonly kind: FailureKind;
  /** The HTTP status, if there was one (200 for an error inside a stream). */
  readonly status: number | null;
  /** The provider's error code, if any. */
  readonly code: string | null;
  /** The provider's error type or status, if any. */
  readonly error_type: string | null;
  /** What to tell a person. At most 2,000 characters. */
  readonly message: string;
  /** How long the provider asks to wait, in milliseconds. */
  readonly retry_after_ms: number | null;
  /** Which deadline passed, for a timeout. */
  readonly timeout: TimeoutKind | null;
  /** The provider's id of the request, for its support. */
  readonly request_id: string | null;
}

/** How much a usage or a cost tells: all, a guess, a part, nothing. */
export type Completeness = "complete" | "estimated" | "partial" | "unknown";

/** What is counted. Wholes include their parts: `input` includes `cache_read`, `output` includes reasoning. */
export type Bucket =
  | "input"
  | "output"
  | "cache_read"
  | "cache_write"
  | "cache_write_5m"
  | "cache_write_30m"
  | "cache_write_1h"
  | "cache_write_12h"
  | "input_audio"
  | "input_image"
  | "input_video"
  | "cache_read_audio"
  | "cache_read_image"
  | "output_reasoning"
  | "output_audio"
  | "output_image"
  | "output_video"
  | "output_citation"
  | "prediction_accepted"
  | "prediction_rejected"
  | "web_search"
  | "web_fetch"
  | "file_search"
  | "input_characters"
  | "request"
  | "text_message"
  | "document_page"
  | "annotated_page"
  | "audio_second"
  | "input_audio_second";

/** What a response, an attempt or a call used. */
export interface Usage {
  /** How much the counts tell. */
  readonly completeness: Completeness;
  /** The counts that were stated; one that was not is absent, never 0 for it. */
  readonly counts: { readonly [B in Bucket]?: number };
  /** The service tier that the response reports. */
  readonly service_tier: string | null;
}

/** One bucket on the bill. */
export interface CostLine {
  /** What was counted. */
  readonly bucket: Bucket;
  /** How many. */
  readonly count: number;
  /** The price of `units` of it, decimal US dollars. */
  readonly price_usd: string;
  /** How many the price is for. */
  readonly units: number;
  /** A factor on the price, decimal; absent where none applies. */
  readonly uplift?: string;
  /** What the line costs, whole pico-USD. */
  readonly amount_pico_usd: string;
}

/** What a usage cost, as far as that is known. Money is decimal text. */
export interface Cost {
  /** How much it tells. */
  readonly completeness: Completeness;
  /** The amount in whole pico-USD; `null` where nothing is known. */
  readonly cost_pico_usd: string | null;
  /** The same in US dollars. */
  readonly cost_usd: string | null;
  /** Where it comes from; `null` where nothing was billed or nothing is known. */
  readonly source: "mixed" | "provider" | "table" | null;
  /** Whose price list it is, for `table`. */
  readonly price_list: string | null;
  /** The entry that the model's name was found to mean, for `table`. */
  readonly entry: string | null;
  /** The day on which the table was right, `2026-11-10`. */
  readonly as_of: string | null;
  /** Whether a table of the caller's changes it. */
  readonly is_overridden: boolean;
  /** What was billed. */
  readonly lines: readonly CostLine[];
  /** Counts that no price covers; their cost is missing from the amount. */
  readonly unpriced: readonly Bucket[];
  /** Why the amount, or a part of it, is not known. */
  readonly error: string | null;
}

/** Visible text of an answer. */
export interface AnswerText extends TextPart {
  readonly citations: readonly Citation[];
  readonly opaque: readonly Opaque[];
}

/** Thinking in an answer. */
export interface AnswerReasoning extends ReasoningPart {
  readonly is_summary: boolean;
  readonly opaque: readonly Opaque[];
}

/** A refusal in words. */
export interface AnswerRefusal extends RefusalPart {
  readonly opaque: readonly Opaque[];
}

/** Media made by the model. */
export type AnswerMedia = MediaSource &
  MediaFields & {
    readonly media_type: string | null;
    readonly name: string | null;
    readonly detail: string | null;
    readonly opaque: readonly Opaque[];
  };

/** A call the model wants made. */
export interface AnswerToolCall extends ToolCallPart {
  readonly id: string | null;
  readonly opaque: readonly Opaque[];
}

/** A result of a tool that the provider itself ran. */
export interface AnswerToolResult extends ToolResultPart {
  readonly name: string | null;
  readonly is_error: boolean;
  readonly content: readonly AnswerPart[];
  readonly opaque: readonly Opaque[];
}

/** A block or item that only its vendor understands. */
export interface AnswerVendor extends VendorPart {
  readonly opaque: readonly Opaque[];
}

/** One piece of an answer: a part that may go back in a message as it is. */
export type AnswerPart =
  | AnswerText
  | AnswerMedia
  | AnswerReasoning
  | AnswerRefusal
  | AnswerToolCall
  | AnswerToolResult
  | AnswerVendor;

/** One answer. */
export interface Candidate {
  /** Its parts, in the order they opened. */
  readonly parts: readonly AnswerPart[];
  /** Why it ended; `null` where it did not. */
  readonly finish: Finish | null;
}

/** A field of a response that the vocabulary has no word for. */
export interface Extra {
  /** The part it belongs to, counted over the whole response, or `null`. */
  readonly part: number | null;
  /** Its name on the wire. */
  readonly name: string;
  /** Its value. */
  readonly value: JsonValue;
}

/** What became of one attempt. Times are milliseconds from the attempt's start. */
export interface AttemptRecord {
  /** Its number, from 1. */
  readonly attempt: number;
  /** Whether it went on where an earlier one broke off or paused. */
  readonly resumed: boolean;
  /** The wait before it. */
  readonly waited_ms: number;
  /** The HTTP status, if a head came. */
  readonly status: number | null;
  /** How it failed, or how the call ended while it was under way; `null` for one that completed. */
  readonly failure: Failure | null;
  /** Body bytes received. */
  readonly bytes: number;
  /** When the head came. */
  readonly head_ms: number | null;
  /** When the first body byte came. */
  readonly first_byte_ms: number | null;
  /** When the first event came. */
  readonly first_event_ms: number | null;
  /** How long it took in all. */
  readonly total_ms: number;
  /** What it used, as far as that is known. */
  readonly usage: Usage;
  /** What it cost, as far as that is known. */
  readonly cost: Cost;
}

/** Why no further attempt was made. */
export type StopReason =
  | "attempts_spent"
  | "budget_spent"
  | "committed"
  | "deadline_too_near"
  | "hint_too_long"
  | "not_retryable"
  | "spending_limit"
  | "total_time_spent";

/** How a call ended: always a value, whatever happened, with everything that was received. */
export interface Outcome {
  readonly type: "done";
  /** Whether there is a response, a part of one, or none. */
  readonly status: "complete" | "error" | "partial";
  /** Why it ended; reason `error` or `cancelled` where `failure` is set. */
  readonly finish: Finish;
  /** What went wrong; `null` for a complete response. */
  readonly failure: Failure | null;
  /** Why no further attempt was made; `null` for a complete response, a cancel or the call's deadline. */
  readonly stop: StopReason | null;
  /** The provider's id of the response. */
  readonly id: string | null;
  /** The model that answered, as the provider names it. */
  readonly model: string | null;
  /** The answers; one unless several were asked for, none where nothing came. */
  readonly candidates: readonly Candidate[];
  /** Fields of the response that the vocabulary has no word for. */
  readonly extras: readonly Extra[];
  /** What all attempts used together. */
  readonly usage: Usage;
  /** What all attempts cost together, as far as it is known. */
  readonly cost: Cost;
  /** What of it the attempts cost that failed. */
  readonly failed_cost: Cost;
  /** One record an attempt, oldest first; of more than 256 the first and the last 128. */
  readonly attempts: readonly AttemptRecord[];
  /** How many records were left out in the middle. Their usage is in the total. */
  readonly omitted_attempts: number;
  /** What the wire had no place for in the request. */
  readonly losses: readonly Loss[];
  /** Milliseconds from the call's start to its end. */
  readonly elapsed_ms: number;
}

/** The first answer as a message to append to the conversation, vendor state included. */
export function answerMessage(outcome: Pick<Outcome, "candidates">): Message {
  return { role: "assistant", content: outcome.candidates[0]?.parts ?? [] };
}
