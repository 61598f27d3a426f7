// What an SDK read against what the recorded response says.

import { isDeepStrictEqual } from "node:util";

const CHAT = {
  stop: "stop",
  end_turn: "stop",
  eos: "stop",
  "": "stop",
  tool_calls: "tools",
  tool_call: "tools",
  function_call: "tools",
  length: "length",
  content_filter: "filter",
};

const RESPONSES = {
  completed: "stop",
  failed: "error",
  cancelled: "cancelled",
  "incomplete max_output_tokens": "length",
  "incomplete content_filter": "filter",
  "incomplete steered": "pause",
};

const ANTHROPIC = {
  end_turn: "stop",
  stop_sequence: "stop",
  tool_use: "tools",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  refusal: "filter",
  pause_turn: "pause",
  compaction: "pause",
};

const GEMINI = {
  STOP: "stop",
  1: "stop",
  MAX_TOKENS: "length",
  2: "length",
  SAFETY: "filter",
  RECITATION: "filter",
  LANGUAGE: "filter",
  BLOCKLIST: "filter",
  PROHIBITED_CONTENT: "filter",
  SPII: "filter",
  CONTINUATION: "pause",
  OTHER: "error",
  MALFORMED_FUNCTION_CALL: "error",
  UNEXPECTED_TOOL_CALL: "error",
  TOO_MANY_TOOL_CALLS: "error",
};

const FINISHES = {
  openai_chat: CHAT,
  openai_responses: RESPONSES,
  anthropic: ANTHROPIC,
  anthropic_messages: ANTHROPIC,
  gemini: GEMINI,
};

/** What the end of an answer means, whatever the wire calls it. */
function finish(wire, raw, detail, calls, refusal) {
  const word = raw === "incomplete" ? `${raw} ${detail}` : raw;
  const meaning = FINISHES[wire][word] ?? "other";
  if (meaning !== "stop") return meaning;
  if (calls.length > 0) return "tools";
  return refusal == null ? "stop" : "filter";
}

/** Every difference in a line; none where the answer is read as it is meant. */
export function differences(wire, read, reading) {
  return [
    ...words(read, reading),
    ...calls(wire, read.calls, reading.tool_calls),
    ...ends(wire, read, reading),
    ...counts(wire, read.counts, reading),
  ];
}

/** The value of a field in the reading, and others that are as good. */
const good = (reading, field, value) => [value, ...(reading.also?.[field] ?? [])];

function* words(read, reading) {
  const texts = good(reading, "text", reading.text);
  if (!texts.includes(read.text)) yield `text: ${shown(read.text)}, expected ${shown(reading.text)}`;
  if (read.streamed !== undefined && read.streamed !== read.text) {
    yield `text: ${shown(read.streamed)} in deltas, ${shown(read.text)} in the end`;
  }
  if (!good(reading, "reasoning", reading.reasoning).includes(read.reasoning)) {
    yield `reasoning: ${shown(read.reasoning)}, expected ${shown(reading.reasoning)}`;
  }
  if (reading.refusal != null && read.refusal !== reading.refusal) {
    yield `refusal: ${shown(read.refusal)}, expected ${shown(reading.refusal)}`;
  }
}

function* calls(wire, found, expected) {
  if (found.length !== expected.length) yield `tool_calls: ${found.length}, expected ${expected.length}`;
  const ids = found.map((call) => call.id);
  if (ids.some((id) => !id)) yield "tool_calls: an id is missing";
  if (new Set(ids).size !== ids.length) yield `tool_calls: ids are not unique: ${ids.join(" ")}`;
  for (const [at, call] of found.slice(0, expected.length).entries()) {
    const { name, id, arguments: text } = expected[at];
    if (call.name !== name) yield `tool_calls[${at}].name: ${call.name}, expected ${name}`;
    if (id && call.id !== id) yield `tool_calls[${at}].id: ${call.id}, expected ${id}`;
    if (!sameArguments(call.arguments, text)) {
      yield `tool_calls[${at}].arguments: ${shown(call.arguments)}, expected ${shown(text)}`;
    }
  }
}

/** Arguments are equal as JSON values. What is no JSON, such as freeform input, is equal as text. */
function sameArguments(found, expected) {
  const value = json(expected.trim() === "" ? "{}" : expected);
  const read = typeof found === "string" ? json(found.trim() === "" ? "{}" : found) : found;
  if (value !== undefined && isDeepStrictEqual(plain(read), value)) return true;
  return found === expected || isDeepStrictEqual(plain(read), { input: expected });
}

/** An SDK's object as JSON has it: without getters and prototypes of its own. */
const plain = (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function* ends(wire, read, reading) {
  const meant = finish(
    reading.protocol,
    reading.finish_raw,
    reading.finish_detail,
    reading.tool_calls,
    reading.refusal,
  );
  const found = finish(wire, read.finish, read.detail, read.calls, read.refusal);
  if (found !== meant) {
    yield `finish: ${found} (${read.finish} ${read.detail}), expected ${meant} (${reading.finish_raw})`;
  }
}

function* counts(wire, found, reading) {
  for (const [bucket, expected] of Object.entries(reading.counts)) {
    const isSaid = !(bucket === "cache_write" && wire === "gemini");
    const values = good(reading, `usage.${bucket}`, expected);
    const isGood = values.some((value) => (value ?? 0) === (found[bucket] ?? 0));
    if (isSaid && !isGood) yield `usage.${bucket}: ${found[bucket]}, expected ${expected}`;
  }
}

function shown(value) {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
