// What must compile and what must not; run by `tsc -p test/types`.

import type { CallEvent, PartKind } from "../../src/event.js";
import { answerMessage } from "../../src/outcome.js";
import type { AnswerPart, Outcome } from "../../src/outcome.js";
import type { Message, Part, CallRequest } from "../../src/request.js";
import type { events, outcomes } from "./written.js";

type None<T extends never> = T;
type Written = (typeof events)[number];
type WrittenStart = Extract<Written, { type: "part_start" }>;
type WrittenPart = (typeof outcomes)[number]["candidates"][number]["parts"][number];

/** Every kind that the types know was written, so was checked. */
export type Unwritten = [
  None<Exclude<CallEvent["type"], Written["type"]>>,
  None<Exclude<PartKind["kind"], WrittenStart["kind"] | "file" | "video">>,
  None<Exclude<AnswerPart["kind"], WrittenPart["kind"] | "audio" | "video" | "freeform_result">>,
];

/** A type tells its fields. */
export function shown(event: CallEvent): string {
  switch (event.type) {
    case "text_delta":
      return event.text;
    case "part_start":
      return event.kind === "tool_call" ? event.name : event.kind;
    case "retry":
      return `${event.failure.kind} in ${event.delay_ms} ms`;
    default:
      return "";
  }
}

/** An answer goes back as it came, whole or part by part. */
export function onward(messages: Message[], outcome: Outcome): Message[] {
  const parts: readonly Part[] = outcome.candidates[0]?.parts ?? [];
  return [...messages, answerMessage(outcome), { role: "assistant", content: parts }];
}

interface Settings {
  effort: "low" | undefined;
}

/** What may be left out may be undefined. */
export const requests = (settings: Settings): CallRequest[] => [
  { model: "m", messages: [{ role: "user", content: "Hi" }] },
  {
    model: "m",
    system: "Be brief.",
    messages: [
      { role: "user", content: [{ kind: "image", url: "https://example.com/a.png" }] },
      { role: "tool", content: [{ kind: "tool_result", call_id: "c", content: "21" }] },
    ],
    tools: [{ name: "t", description: "d", parameters: { type: "object" } }],
    tool_choice: { name: "t" },
    output: { name: "answer", schema: { type: "object" } },
    reasoning: { effort: settings.effort },
    temperature: 0.2,
    max_output_tokens: 100,
    stop: ["END"],
  },
  // @ts-expect-error a mistyped option
  { model: "m", messages: [], max_tokens: 1 },
  // @ts-expect-error parts say their kind, not their type
  { model: "m", messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }] },
  // @ts-expect-error media without a source
  { model: "m", messages: [{ role: "user", content: [{ kind: "image" }] }] },
  // @ts-expect-error no such word
  { model: "m", messages: [], tool_choice: "any" },
  // @ts-expect-error an id means nothing without its vendor
  { model: "m", messages: [{ role: "user", content: [{ kind: "file", id: "f" }] }] },
];
