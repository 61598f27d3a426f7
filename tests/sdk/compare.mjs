// What an SDK read against what the recorded response says.

import { isDeepStrictEqual } from "node:util";

import { PROMPT_BLOCKED } from "./wires.mjs";

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
  error: "error",
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
  if (raw === PROMPT_BLOCKED) return "filter";
  const word = raw === "incomplete" ? `${raw} ${detail}` : raw;
  const meaning = FINISHES[wire][word] ?? "other";
  if (meaning !== "stop") return meaning;
  if (calls.length > 0) return "tools";
  return refusal == null ? "stop" : "filter";
}

const meant = (reading) =>
  reading.flags.includes("prompt_blocked")
    ? "filter"
    : finish(
        reading.protocol,
        reading.finish_raw,
        reading.finish_detail,
        reading.tool_calls,
        reading.refusal,
      );

/** Whether an answer that ended so goes out as a stream that breaks: Anthropic has no other word for it. */
export const endsInError = (wire, reading) =>
  wire === "anthropic" && (reading.finish_raw == null || meant(reading) === "error");

/** Every difference in a line; none where the answer is read as it is meant. */
export function differences(wire, read, reading) {
  return [
    ...words(wire, read, reading),
    ...calls(wire, read, reading),
    ...ends(wire, read, reading),
    ...counts(wire, read.counts, reading),
  ];
}

/** The value of a field in the reading, and others that are as good. */
const good = (reading, field, value) => [value, ...(reading.also?.[field] ?? [])];

function* words(wire, read, reading) {
  // Gemini has no field for a refusal: it is text, and the finish says what it is.
  const said = (text) => (wire === "gemini" ? text + (reading.refusal ?? "") : text);
  const texts = good(reading, "text", reading.text).map(said);
  if (!texts.includes(read.text)) yield `text: ${shown(read.text)}, expected ${shown(texts[0])}`;
  if (read.streamed !== undefined && read.streamed !== read.text) {
    yield `text: ${shown(read.streamed)} in deltas, ${shown(read.text)} in the end`;
  }
  if (!good(reading, "reasoning", reading.reasoning).includes(read.reasoning)) {
    yield `reasoning: ${shown(read.reasoning)}, expected ${shown(reading.reasoning)}`;
  }
  if (wire !== "gemini" && reading.refusal != null && read.refusal !== reading.refusal) {
    yield `refusal: ${shown(read.refusal)}, expected ${shown(reading.refusal)}`;
  }
}

function* calls(wire, read, reading) {
  const found = read.calls;
  const expected = reading.tool_calls.filter((call) => !isTold(read, call));
  if (found.length !== expected.length) yield `tool_calls: ${found.length}, expected ${expected.length}`;
  yield* ids(wire, found, reading);
  for (const [at, call] of found.slice(0, expected.length).entries()) {
    const { name, arguments: text } = expected[at];
    if (call.name !== name) yield `tool_calls[${at}].name: ${call.name}, expected ${name}`;
    // Arguments that are no JSON are nothing to a helper that parses them; then what came of them counts.
    if (!sameArguments(call.arguments, text) && call.written !== text) {
      yield `tool_calls[${at}].arguments: ${shown(call.arguments)}, expected ${shown(text)}`;
    }
  }
}

/** Whether arguments that are no object are told as such: Gemini has no call with them. */
const isTold = (read, { name, arguments: text }) =>
  !isObject(text) && read.malformed?.some((call) => call.name === name && call.args === text && call.id);

/** Calls have ids to be answered by; on Gemini's own wire those that Google gave, if any. */
function* ids(wire, found, reading) {
  const read = found.map((call) => call.id);
  if (wire === "gemini" && reading.protocol === "gemini") {
    const given = reading.tool_calls.map((call) => call.id ?? undefined);
    if (!isDeepStrictEqual(read, given)) yield `tool_calls: ids ${shown(read)}, expected ${shown(given)}`;
    return;
  }
  if (read.some((id) => !id)) yield "tool_calls: an id is missing";
  if (new Set(read).size !== read.length) yield `tool_calls: ids are not unique: ${read.join(" ")}`;
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

/** Whether a text is a JSON object, or says that there is none. */
function isObject(text) {
  if (text.trim() === "") return true;
  const value = json(text);
  return typeof value === "object" && !Array.isArray(value);
}

function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function* ends(wire, read, reading) {
  const isMalformed = reading.tool_calls.some((call) => isTold(read, call));
  // Google ends an answer so that has no other fault.
  const expected = isMalformed && meant(reading) === "tools" ? "error" : meant(reading);
  const found = finish(wire, read.finish, read.detail, read.calls, read.refusal);
  // Where nothing is said, nothing that ended on purpose may be made up.
  if (reading.finish_raw == null && ["length", "other", "stop", "tools"].includes(found)) return;
  // A whole message of Anthropic has no word for a failure: it ends without a reason.
  if (wire === "anthropic" && expected === "error" && read.finish === null) return;
  // Chat has none either: the answer is incomplete.
  if (wire === "openai_chat" && expected === "error" && found === "length") return;
  if (found !== expected) {
    yield `finish: ${found} (${read.finish} ${read.detail}), expected ${expected} (${reading.finish_raw})`;
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

/** Differences of an error that an SDK threw; `status` is absent for one in a stream. */
export function* errorDifferences(error, status, expected) {
  const isGood = expected.status < 300 || statuses(expected).includes(status);
  if (status !== undefined && !isGood) yield `error.status: ${status}, expected ${expected.status}`;
  const message = masked(expected.message ?? "");
  // A message may be shown as JSON text.
  const spellings = [message, JSON.stringify(message).slice(1, -1)];
  if (!spellings.some((text) => masked(error.message).includes(text))) {
    yield `error.message: ${error.message}, expected ${expected.message}`;
  }
}

/** The statuses that say what an error says. Some providers send 400 for what others have a status for. */
function statuses({ status, message }) {
  if (status !== 400) return [status];
  if (/api key/i.test(message)) return [401];
  const isUnknown = /not found|does not exist|not a valid model|invalid model/i.test(message);
  return isUnknown ? [404] : [400];
}

/** Keys are masked on their way. */
const masked = (text) => text.replaceAll(/sk-[\w*-]+/g, "sk-***");

function shown(value) {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
