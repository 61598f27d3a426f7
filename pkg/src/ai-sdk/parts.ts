// Events as the AI SDK's stream parts.

import type { LanguageModelV4Content, LanguageModelV4StreamPart } from "@ai-sdk/provider";

import type { CallEvent, PartStart } from "../event.js";
import type { AnswerPart } from "../outcome.js";
import type { Citation, Opaque } from "../request.js";
import { amendment } from "./amendment.js";
import { callId, contentOf } from "./content.js";
import { Sources } from "./sources.js";

/** An answer's part while it comes: text that was passed on is not kept, the rest is. */
type Growing = Writable<PartStart> & {
  id: string;
  data: string;
  citations: Citation[];
  opaque: Map<string, Opaque>;
  isWhole: boolean;
};
type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What cannot be done within the AI SDK's stream: take back what was passed on. */
export class TakenBack extends Error {
  override readonly name = "TakenBack";

  constructor() {
    super("the provider took back what was passed on already");
  }
}

/** Turns the events of one call into stream parts. */
export class StreamParts {
  readonly #vendor: string;
  readonly #sources = new Sources();
  /** By their numbers, in the order in which they opened. */
  readonly #growing = new Map<number, Growing>();
  readonly #passed = new Map<number, Growing>();
  readonly #amended = new Set<Growing>();
  #answer = "";
  #model: string | null = null;

  constructor(vendor: string) {
    this.#vendor = vendor;
  }

  /**
   * The parts that an event gives.
   *
   * @throws TakenBack where it takes something back.
   */
  of(event: CallEvent): LanguageModelV4StreamPart[] {
    switch (event.type) {
      case "start":
        return this.#start(event.id, event.model);
      case "part_start":
        return event.candidate === 0 ? this.#open(event) : [];
      case "part_end":
        return this.#end(event.part);
      case "text_delta":
      case "refusal_delta":
      case "reasoning_delta":
      case "arguments_delta":
        return this.#delta(event.part, event.text);
      case "data_delta":
        this.#with(event.part, (part) => (part.data += event.base64));
        return [];
      case "opaque":
        this.#opaque(event.part, event.field, event.value);
        return [];
      case "citation":
        this.#with(event.part, (part) => part.citations.push(event));
        return this.#sources.fresh(event.raw);
      case "discard":
        throw new TakenBack();
      default:
        return [];
    }
  }

  /** What is left when all events have come. */
  rest(): LanguageModelV4StreamPart[] {
    return [...this.#amended].map(({ kind, opaque }) => amendment(kind, [...opaque.values()]));
  }

  #start(id: string | null, model: string | null): LanguageModelV4StreamPart[] {
    this.#answer = id ?? this.#answer;
    this.#model = model ?? this.#model;
    return [{ type: "response-metadata", ...(id !== null && { id }), ...(model !== null && { modelId: model }) }];
  }

  #with(number: number | null, change: (part: Growing) => void): void {
    const part = number === null ? undefined : this.#growing.get(number);
    if (part !== undefined) change(part);
  }

  #open(event: PartStart): LanguageModelV4StreamPart[] {
    const isCall = event.kind === "tool_call" || event.kind === "freeform_call";
    const place = { answer: this.#answer, part: event.part, vendor: this.#vendor };
    const id = isCall ? callId(event.id, place) : String(event.part);
    this.#growing.set(event.part, { ...event, id, data: "", citations: [], opaque: new Map(), isWhole: false });
    if (isCall) return [{ type: "tool-input-start", id, toolName: event.name, ...encoding(event.kind) }];
    if (event.kind === "reasoning") return [{ type: "reasoning-start", id }];
    return event.kind === "text" || event.kind === "refusal" ? [{ type: "text-start", id }] : [];
  }

  #delta(number: number, delta: string): LanguageModelV4StreamPart[] {
    const part = this.#growing.get(number);
    if (part === undefined || delta === "") return [];
    const { id } = part;
    if (part.kind === "text" || part.kind === "refusal") return [{ type: "text-delta", id, delta }];
    if (part.kind === "reasoning") return [{ type: "reasoning-delta", id, delta }];
    part.data += delta;
    return [{ type: "tool-input-delta", id, delta }];
  }

  #opaque(number: number, field: string, value: Opaque["value"]): void {
    const passed = this.#passed.get(number);
    const part = passed ?? this.#growing.get(number);
    if (part === undefined) return;
    if (part.kind === "vendor" && field === "") {
      part.json = value;
      return;
    }
    part.opaque.set(field, { vendor: this.#vendor, model: this.#model, field, value });
    if (passed !== undefined) this.#amended.add(passed);
  }

  #end(number: number): LanguageModelV4StreamPart[] {
    const part = this.#growing.get(number);
    if (part === undefined) return [];
    part.isWhole = true;
    if (!standsFromStart(part.kind)) return [...inputEnd(part), ...this.#inOrder()];
    const content = this.#pass(number, part);
    const { id } = part;
    const metadata = content.providerMetadata && { providerMetadata: content.providerMetadata };
    if (content.type !== "text") return [{ type: "reasoning-end", id, ...metadata }];
    return [{ type: "text-end", id, ...(content.citations && { citations: content.citations }), ...metadata }];
  }

  /** Whole parts that come as one, as far as no earlier one is missing: parts may overlap. */
  #inOrder(): LanguageModelV4StreamPart[] {
    const whole: LanguageModelV4StreamPart[] = [];
    for (const [number, part] of this.#growing) {
      if (standsFromStart(part.kind)) continue;
      if (!part.isWhole) break;
      whole.push(this.#pass(number, part) as LanguageModelV4StreamPart);
    }
    return whole;
  }

  #pass(number: number, part: Growing): LanguageModelV4Content {
    this.#growing.delete(number);
    this.#passed.set(number, part);
    const place = { answer: this.#answer, part: number, vendor: this.#vendor };
    return contentOf(grown(part, this.#vendor), place, this.#sources);
  }
}

/** Whether the AI SDK places such a part where it starts, not where it is whole. */
const standsFromStart = (kind: PartStart["kind"]): boolean =>
  kind === "text" || kind === "refusal" || kind === "reasoning";

const inputEnd = ({ kind, id }: Growing): LanguageModelV4StreamPart[] =>
  kind === "tool_call" || kind === "freeform_call" ? [{ type: "tool-input-end", id }] : [];

/** The input of a freeform tool is text, not JSON. */
const encoding = (kind: PartStart["kind"]): { inputEncoding?: "text" } =>
  kind === "freeform_call" ? { inputEncoding: "text" } : {};

/** A part that has come to its end, as the outcome has it but for text that was passed on. */
function grown(part: Growing, vendor: string): AnswerPart {
  const opaque = [...part.opaque.values()];
  switch (part.kind) {
    case "text":
      return { kind: part.kind, text: "", citations: part.citations.map(({ wire, raw }) => ({ wire, raw })), opaque };
    case "refusal":
      return { kind: part.kind, text: "", opaque };
    case "reasoning":
      return { kind: part.kind, text: "", is_summary: part.is_summary, opaque };
    case "tool_call":
    case "freeform_call":
      return { kind: part.kind, id: part.id, name: part.name, arguments: part.data, opaque };
    case "vendor":
      return { kind: part.kind, vendor, wire: part.wire, vendor_type: part.vendor_type, json: part.json, opaque };
    default:
      return { kind: part.kind, base64: part.data, media_type: part.media_type, name: null, detail: null, opaque };
  }
}
