// What happens during a call, piece by piece. The JSON of Rust's `transcript::write_event`.

import type { Failure, Finish, Usage } from "./outcome.js";
import type { JsonValue, MediaKind, Wire } from "./request.js";

/** A piece of a tool call's arguments or freeform input, raw text. */
export interface ArgumentsDelta {
  readonly type: "arguments_delta";
  /** The part. */
  readonly part: number;
  /** The piece. */
  readonly text: string;
}

/** A citation of a text part, or of the whole candidate where `part` is `null`. */
export interface CitationEvent {
  readonly type: "citation";
  /** The part. */
  readonly part: number | null;
  /** The wire whose form `raw` has. */
  readonly wire: Wire;
  /** The provider's citation object. */
  readonly raw: JsonValue;
}

/** A piece of a media part. */
export interface DataDelta {
  readonly type: "data_delta";
  /** The part. */
  readonly part: number;
  /** The piece, base64 text. */
  readonly base64: string;
}

/**
 * The caller must forget what it received from `from_part` on: it comes again. Only with a retry policy that
 * asked for it.
 */
export interface Discard {
  readonly type: "discard";
  /** The first part that is not kept whole. */
  readonly from_part: number;
  /** How many bytes of that part's text stay, as UTF-8; 0 where nothing of it does. */
  readonly keep_bytes: number;
}

/** A field of the response that the vocabulary has no word for. */
export interface ExtraEvent {
  readonly type: "extra";
  /** The part it belongs to, or `null` for the response. */
  readonly part: number | null;
  /** Its name on the wire. */
  readonly name: string;
  /** Its value. */
  readonly value: JsonValue;
}

/** A candidate ended. */
export interface FinishEvent extends Finish {
  readonly type: "finish";
  /** Which; 0 unless several were asked for. */
  readonly candidate: number;
}

/** Vendor state of a part, to be sent back as it is; the outcome's parts have it. */
export interface OpaqueEvent {
  readonly type: "opaque";
  /** The part. */
  readonly part: number;
  /** The field it came in. */
  readonly field: string;
  /** Its value. A later value of the same field replaces an earlier one. */
  readonly value: JsonValue;
}

/** A part ended. */
export interface PartEnd {
  readonly type: "part_end";
  /** The part. */
  readonly part: number;
}

/** What a part is, told when it opens. */
export type PartKind =
  | {
      readonly kind: MediaKind;
      /** Its media type, where known. */
      readonly media_type: string | null;
    }
  | {
      readonly kind: "reasoning";
      /** Whether it is a summary. */
      readonly is_summary: boolean;
    }
  | { readonly kind: "refusal" }
  | { readonly kind: "text" }
  | {
      readonly kind: "tool_call" | "freeform_call";
      /** The provider's id for it. */
      readonly id: string | null;
      /** The tool's name. */
      readonly name: string;
    }
  | {
      readonly kind: "vendor";
      /** The wire it belongs to. */
      readonly wire: Wire;
      /** The wire's name for its type. */
      readonly vendor_type: string;
      /** The block or item, whole. */
      readonly json: JsonValue;
    };

/**
 * A part began. Parts are numbered from 0 over the whole response, in the order in which they open; they may
 * overlap.
 */
export type PartStart = PartKind & {
  readonly type: "part_start";
  /** The part's number. */
  readonly part: number;
  /** The candidate it belongs to. */
  readonly candidate: number;
};

/** A piece of the model's thinking. */
export interface ReasoningDelta {
  readonly type: "reasoning_delta";
  /** The part. */
  readonly part: number;
  /** The piece. */
  readonly text: string;
}

/** A piece of a refusal. */
export interface RefusalDelta {
  readonly type: "refusal_delta";
  /** The part. */
  readonly part: number;
  /** The piece. */
  readonly text: string;
}

/** The machine will try again after a wait. Comes before the wait. */
export interface RetryEvent {
  readonly type: "retry";
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  /** The wait in milliseconds. */
  readonly delay_ms: number;
  /** When the next attempt starts, on the host's monotonic clock. */
  readonly at_ms: number;
  /** The same in milliseconds since 1970, where the host told the time. */
  readonly wall_ms: number | null;
  /** What went wrong. */
  readonly failure: Failure;
}

/** The response opened. Comes again when a field changes. */
export interface StartEvent {
  readonly type: "start";
  /** The provider's id of the response. */
  readonly id: string | null;
  /** The model that answers, as the provider names it. */
  readonly model: string | null;
}

/** A piece of visible text. */
export interface TextDelta {
  readonly type: "text_delta";
  /** The part. */
  readonly part: number;
  /** The piece. */
  readonly text: string;
}

/** An event that this version does not know, as it came. */
export interface UnknownEvent {
  readonly type: "unknown";
  /** Its name on the wire. */
  readonly name: string;
  /** Its data, as it came. */
  readonly data: string;
}

/** The usage so far of the present attempt's response; replaces any earlier value of that attempt. */
export interface UsageEvent {
  readonly type: "usage";
  /** What was used. */
  readonly usage: Usage;
}

/** One event of a response, or of the call around it. */
export type CallEvent =
  | ArgumentsDelta
  | CitationEvent
  | DataDelta
  | Discard
  | ExtraEvent
  | FinishEvent
  | OpaqueEvent
  | PartEnd
  | PartStart
  | ReasoningDelta
  | RefusalDelta
  | RetryEvent
  | StartEvent
  | TextDelta
  | UnknownEvent
  | UsageEvent;
