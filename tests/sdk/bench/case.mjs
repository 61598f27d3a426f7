// One measured case, in a process of its own: node case.mjs CASE STREAMS DELTAS; prints µs of CPU an event.
//
// The response is in memory, in chunks of 1 KiB, so that only the client is measured.

import { entry } from "../../npm/surface/package.mjs";

const [, , name, streams, deltas] = process.argv;
const [wire, client] = name.split("/");
const encoder = new TextEncoder();

const sse = (event, data) => `${event ? `event: ${event}\n` : ""}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
const WORDS = ["The", " quick", " brown", " fox", " jumps", " over", " the", " lazy", " dog", ".", "\n\nÄ", " \"quoted\""];

/** What each wire sends for a text in pieces, with the fields that providers send today. */
const STREAMS = {
  chat: function* (pieces) {
    const head = { id: "chatcmpl-DcQ0aTg2uFvb8VGwZ5x1", object: "chat.completion.chunk", created: 1763900000, model: "gpt-6-sol", service_tier: "default", system_fingerprint: "fp_44709d6fcb" };
    const chunk = (delta, finish_reason = null) => sse("", { ...head, choices: [{ index: 0, delta, logprobs: null, finish_reason }], usage: null, obfuscation: "a8Xk2Pq" });
    yield chunk({ role: "assistant", content: "", refusal: null });
    for (const piece of pieces) yield chunk({ content: piece });
    yield chunk({}, "stop");
    yield sse("", { ...head, choices: [], usage: { prompt_tokens: 9, completion_tokens: pieces.length, total_tokens: 9 + pieces.length } });
    yield sse("", "[DONE]");
  },
  responses: function* (pieces) {
    let sequence_number = 0;
    const event = (type, data) => sse(type, { type, sequence_number: sequence_number++, ...data });
    const item = { id: "msg_68f1b1d0", type: "message", status: "in_progress", role: "assistant", content: [] };
    const response = { id: "resp_68f1b1cf", object: "response", created_at: 1763900000, status: "in_progress", model: "gpt-6-sol", output: [] };
    const text = pieces.join("");
    yield event("response.created", { response });
    yield event("response.in_progress", { response });
    yield event("response.output_item.added", { output_index: 0, item });
    yield event("response.content_part.added", { item_id: item.id, output_index: 0, content_index: 0, part: { type: "output_text", annotations: [], logprobs: [], text: "" } });
    for (const delta of pieces) yield event("response.output_text.delta", { item_id: item.id, output_index: 0, content_index: 0, delta, logprobs: [], obfuscation: "a8Xk2Pq" });
    const part = { type: "output_text", annotations: [], logprobs: [], text };
    yield event("response.output_text.done", { item_id: item.id, output_index: 0, content_index: 0, text, logprobs: [] });
    yield event("response.content_part.done", { item_id: item.id, output_index: 0, content_index: 0, part });
    const done = { ...item, status: "completed", content: [part] };
    yield event("response.output_item.done", { output_index: 0, item: done });
    yield event("response.completed", { response: { ...response, status: "completed", output: [done], usage: { input_tokens: 9, input_tokens_details: { cached_tokens: 0 }, output_tokens: pieces.length, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: 9 + pieces.length } } });
  },
  anthropic: function* (pieces) {
    const event = (type, data) => sse(type, { type, ...data });
    yield event("message_start", { message: { id: "msg_01", type: "message", role: "assistant", model: "claude-haiku-5-5", content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: 9, output_tokens: 1 } } });
    yield event("content_block_start", { index: 0, content_block: { type: "text", text: "" } });
    for (const text of pieces) yield event("content_block_delta", { index: 0, delta: { type: "text_delta", text } });
    yield event("content_block_stop", { index: 0 });
    yield event("message_delta", { delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: pieces.length } });
    yield event("message_stop", {});
  },
  gemini: function* (pieces) {
    const chunk = (parts, more = {}) => `data: ${JSON.stringify({ candidates: [{ content: { parts, role: "model" }, index: 0, ...more }], usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 3, totalTokenCount: 12, promptTokensDetails: [{ modality: "TEXT", tokenCount: 9 }] }, modelVersion: "gemini-4-argon", responseId: "p5kjacv2LZ" })}\r\n\r\n`;
    for (const text of pieces) yield chunk([{ text }]);
    yield chunk([{ text: "" }], { finishReason: "STOP" });
  },
};

const pieces = Array.from({ length: Number(deltas) }, (_, n) => WORDS[n % WORDS.length]);
const bytes = encoder.encode([...STREAMS[wire](pieces)].join(""));
const chunks = [];
for (let at = 0; at < bytes.length; at += 1024) chunks.push(bytes.slice(at, at + 1024));

const respond = async () => {
  let next = 0;
  const body = new ReadableStream({
    type: "bytes",
    pull(controller) {
      if (next < chunks.length) controller.enqueue(chunks[next++].slice());
      else controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
};
globalThis.fetch = respond;

const messages = [{ role: "user", content: "Hi" }];
const PROVIDERS = { chat: "openai", responses: "openai-responses", anthropic: "anthropic", gemini: "gemini" };
const SDKS = {
  chat: async () => {
    const { default: OpenAI } = await import("openai");
    const sdk = new OpenAI({ apiKey: "k", fetch: respond });
    return () => sdk.chat.completions.create({ model: "m", messages, stream: true });
  },
  responses: async () => {
    const { default: OpenAI } = await import("openai");
    const sdk = new OpenAI({ apiKey: "k", fetch: respond });
    return () => sdk.responses.create({ model: "m", input: "Hi", stream: true });
  },
  anthropic: async () => {
    const { default: Anthropic } = await import("@anthropic-ai/sdk");
    const sdk = new Anthropic({ apiKey: "k", fetch: respond });
    return () => sdk.messages.create({ model: "m", max_tokens: 9, messages, stream: true });
  },
  gemini: async () => {
    const { GoogleGenAI } = await import("@google/genai");
    const sdk = new GoogleGenAI({ apiKey: "k" });
    return () => sdk.models.generateContentStream({ model: "m", contents: "Hi" });
  },
};
const CLIENTS = {
  sdk: () => SDKS[wire](),
  tokenwire: async () => {
    const { createClient } = await entry("index");
    const tw = createClient({ providers: { [PROVIDERS[wire]]: { apiKey: "k" } }, fetch: respond });
    return () => tw.stream({ model: "m", messages });
  },
  body: async () => async () => (await respond()).body,
};

const open = await CLIENTS[client]();
const drain = async () => {
  let seen = 0;
  for await (const _ of await open()) seen += 1;
  return seen;
};

for (let run = 0; run < 5; run += 1) await drain();
const samples = [];
for (let run = 0; run < Number(streams); run += 1) {
  const before = process.cpuUsage();
  const seen = await drain();
  const { user, system } = process.cpuUsage(before);
  if (client !== "body" && seen < pieces.length) throw new Error(`expected ${pieces.length} events, got ${seen}`);
  samples.push((user + system) / pieces.length);
}
samples.sort((a, b) => a - b);
console.log(samples[samples.length >> 1].toFixed(3));
