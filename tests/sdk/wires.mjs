// What the SDK of each wire reads in an answer, on one form: text, reasoning, refusal, calls (id, name,
// arguments), finish and detail in the wire's own words, counts.

import Anthropic from "@anthropic-ai/sdk";
import { ApiError, GoogleGenAI } from "@google/genai";
import OpenAI from "openai";

import { HEADER } from "./server.mjs";

/** The finish of an answer to a prompt that Gemini refused, for whatever reason. */
export const PROMPT_BLOCKED = "prompt blocked";

const MESSAGES = [{ role: "user", content: "-" }];

/** The readers of all wires, over the SDKs pointed at that address, or with that `fetch`. */
export function readers({ url = "http://127.0.0.1", fetch }) {
  const openai = new OpenAI({ apiKey: "k", baseURL: `${url}/v1`, maxRetries: 0, fetch });
  const anthropic = new Anthropic({ apiKey: "k", authToken: null, baseURL: url, maxRetries: 0, fetch });
  const google = new GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl: url, ...(fetch && { fetch }) } });
  return {
    openai_chat: { read: (answer) => chat(openai, answer), errors: errorClasses.openai_chat },
    openai_responses: { read: (answer) => responses(openai, answer), errors: errorClasses.openai_responses },
    anthropic: { read: (answer) => messages(anthropic, answer), errors: errorClasses.anthropic },
    gemini: { read: (answer) => gemini(google, answer), errors: errorClasses.gemini },
  };
}

const named = (answer) => ({ headers: { [HEADER]: String(answer.n) } });

async function chat(client, answer) {
  const params = { model: "model", messages: MESSAGES };
  if (!answer.stream) return chatMessage(await client.chat.completions.create(params, named(answer)));
  const options = { stream_options: { include_usage: true } };
  const stream = client.chat.completions.stream({ ...params, ...options }, named(answer));
  let [streamed, reasoning, usage] = ["", "", undefined];
  // The helper's final completion has neither usage nor the whole of a field that it does not know.
  stream.on("chunk", (chunk) => {
    const delta = chunk.choices.find((choice) => choice.index === 0)?.delta;
    streamed += delta?.content ?? "";
    reasoning += delta?.reasoning_content ?? "";
    usage = chunk.usage ?? usage;
  });
  const final = chatMessage({ ...(await stream.finalChatCompletion()), usage });
  return { ...final, reasoning, streamed };
}

function chatMessage(completion) {
  const choice = completion.choices[0];
  const message = choice.message;
  const calls = (message.tool_calls ?? []).map((call) => ({
    id: call.id,
    name: call.function?.name ?? call.custom?.name,
    arguments: call.function?.arguments ?? call.custom?.input,
  }));
  const usage = completion.usage;
  return {
    text: message.content ?? "",
    reasoning: message.reasoning_content ?? "",
    refusal: message.refusal,
    calls,
    finish: choice.finish_reason,
    counts: {
      input: usage?.prompt_tokens,
      output: usage?.completion_tokens,
      cache_read: usage?.prompt_tokens_details?.cached_tokens,
      cache_write: usage?.prompt_tokens_details?.cache_write_tokens,
      reasoning: usage?.completion_tokens_details?.reasoning_tokens,
    },
  };
}

async function responses(client, answer) {
  const params = { model: "model", input: "-" };
  if (!answer.stream) return response(await client.responses.create(params, named(answer)));
  const stream = client.responses.stream(params, named(answer));
  let streamed = "";
  stream.on("response.output_text.delta", (event) => (streamed += event.delta));
  return { ...response(await stream.finalResponse()), streamed };
}

function response(read) {
  const parts = read.output.filter((item) => item.type === "message").flatMap((item) => item.content);
  const calls = read.output.filter((item) => ["function_call", "custom_tool_call"].includes(item.type));
  const thoughts = read.output
    .filter((item) => item.type === "reasoning")
    .flatMap((item) => [...(item.summary ?? []), ...(item.content ?? [])]);
  const refusals = parts.filter((part) => part.type === "refusal").map((part) => part.refusal);
  const usage = read.usage;
  return {
    text: read.output_text,
    reasoning: thoughts.map((thought) => thought.text).join(""),
    refusal: refusals.length > 0 ? refusals.join("") : null,
    calls: calls.map((call) => ({
      id: call.call_id,
      name: call.name,
      arguments: call.arguments ?? call.input,
    })),
    finish: read.status,
    detail: read.incomplete_details?.reason,
    error: read.error,
    counts: {
      input: usage?.input_tokens,
      output: usage?.output_tokens,
      cache_read: usage?.input_tokens_details?.cached_tokens,
      cache_write: usage?.input_tokens_details?.cache_write_tokens,
      reasoning: usage?.output_tokens_details?.reasoning_tokens,
    },
  };
}

async function messages(client, answer) {
  const params = { model: "model", max_tokens: 1024, messages: MESSAGES };
  if (!answer.stream) return message(await client.messages.create(params, named(answer)));
  const stream = client.messages.stream(params, named(answer));
  let [streamed, iterations] = ["", undefined];
  const inputs = new Map();
  stream.on("text", (delta) => (streamed += delta));
  // The helper's final message has neither iterations nor the text of inputs that are no JSON.
  stream.on("streamEvent", ({ index, delta, usage }, { content }) => {
    iterations = usage?.iterations ?? iterations;
    if (delta?.type !== "input_json_delta") return;
    const { id } = content[index];
    inputs.set(id, (inputs.get(id) ?? "") + delta.partial_json);
  });
  const read = await stream.finalMessage();
  const final = message({ ...read, usage: { ...read.usage, iterations } });
  return { ...final, calls: final.calls.map((call) => ({ ...call, written: inputs.get(call.id) })), streamed };
}

function message(read) {
  const blocks = (type) => read.content.filter((block) => block.type === type);
  // A message of several iterations states the last one's counts; what it took is the sum of them.
  const all = read.usage.iterations?.length > 0 ? read.usage.iterations : [read.usage];
  const sum = (name) => all.reduce((sum, usage) => sum + (usage[name] ?? 0), 0);
  return {
    text: blocks("text").map((block) => block.text).join(""),
    reasoning: blocks("thinking").map((block) => block.thinking).join(""),
    refusal: read.stop_details?.explanation,
    calls: blocks("tool_use").map(({ id, name, input }) => ({ id, name, arguments: input })),
    finish: read.stop_reason,
    counts: {
      input: sum("input_tokens") + sum("cache_creation_input_tokens") + sum("cache_read_input_tokens"),
      output: sum("output_tokens"),
      cache_read: sum("cache_read_input_tokens"),
      cache_write: sum("cache_creation_input_tokens"),
      reasoning: read.usage.output_tokens_details?.thinking_tokens,
    },
  };
}

async function gemini(client, answer) {
  const params = { model: "model", contents: "-", config: { httpOptions: named(answer) } };
  if (!answer.stream) return candidate([await client.models.generateContent(params)]);
  const chunks = [];
  for await (const chunk of await client.models.generateContentStream(params)) chunks.push(chunk);
  return candidate(chunks);
}

function candidate(chunks) {
  const first = (chunk) => chunk.candidates?.find((candidate) => (candidate.index ?? 0) === 0);
  const parts = chunks.flatMap((chunk) => first(chunk)?.content?.parts ?? []);
  const last = (value) => chunks.map(value).filter((value) => value != null).at(-1);
  const usage = last((chunk) => chunk.usageMetadata);
  const isBlocked = chunks.some((chunk) => chunk.promptFeedback?.blockReason != null);
  const text = (isThought) =>
    parts.filter((part) => part.text != null && (part.thought ?? false) === isThought).map((part) => part.text);
  const sum = (a, b) => (a == null ? b : a + (b ?? 0));
  return {
    text: text(false).join(""),
    reasoning: text(true).join(""),
    calls: parts.flatMap(({ functionCall: call }) => (call ? [functionCall(call)] : [])),
    malformed: parts.flatMap((part) => part.partMetadata?.malformedFunctionCall ?? []),
    finish: last((chunk) => first(chunk)?.finishReason) ?? (isBlocked ? PROMPT_BLOCKED : undefined),
    detail: last((chunk) => first(chunk)?.finishMessage),
    counts: {
      input: sum(usage?.promptTokenCount, usage?.toolUsePromptTokenCount),
      output: sum(usage?.candidatesTokenCount, usage?.thoughtsTokenCount),
      cache_read: usage?.cachedContentTokenCount,
      cache_write: undefined,
      reasoning: usage?.thoughtsTokenCount,
    },
  };
}

/** A call without arguments says either that there are none or that they are null. */
const functionCall = ({ id, name, args }) =>
  args == null ? { id, name, arguments: {}, written: "null" } : { id, name, arguments: args };

// Which error each SDK throws for a status; an error in a stream has none.

const byStatus = (sdk) => (status) => {
  const classes = {
    400: sdk.BadRequestError,
    401: sdk.AuthenticationError,
    403: sdk.PermissionDeniedError,
    404: sdk.NotFoundError,
    409: sdk.ConflictError,
    422: sdk.UnprocessableEntityError,
    429: sdk.RateLimitError,
  };
  return classes[status] ?? (status >= 500 ? sdk.InternalServerError : sdk.APIError);
};

/** The error class of a status, by the wire. */
export const errorClasses = {
  openai_chat: byStatus(OpenAI),
  openai_responses: byStatus(OpenAI),
  anthropic: byStatus(Anthropic),
  gemini: () => ApiError,
};
