// An application on each SDK: what it can do, in one form for all.
//
// `ask` and `stream` give text and output tokens; `useTool` ends with the text that follows the tool's result;
// `shape` gives the object that an answer in JSON came to; `think` gives the thought and the text. `how` says
// whether it streams.

import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { APICallError } from "ai";
import OpenAI from "openai";

import { ai } from "./applications/ai.mjs";
import { messages } from "./applications/anthropic.mjs";
import { gemini } from "./applications/google.mjs";
import { chat, responses } from "./applications/openai.mjs";
import { errorClasses } from "./wires.mjs";

/** What the SDKs have for a key. No provider may see it. */
export const KEY = "only-the-sdk-knows";

export { Anthropic, OpenAI };

/** The SDKs' clients, pointed at `url`, or given a `fetch`, or both. None retries by itself. */
export function clients({ url, fetch }) {
  const at = (path) => ({ apiKey: KEY, ...(url && { baseURL: url + path }), ...(fetch && { fetch }) });
  const httpOptions = { ...(url && { baseUrl: url }), ...(fetch && { fetch }) };
  return {
    openai: new OpenAI({ ...at("/v1"), maxRetries: 0 }),
    anthropic: new Anthropic({ ...at(""), authToken: null, maxRetries: 0 }),
    google: new GoogleGenAI({ apiKey: KEY, httpOptions }),
    aiOpenai: createOpenAI(at("/v1")),
    aiAnthropic: createAnthropic(at("/v1")),
    aiGoogle: createGoogle(at("/v1beta")),
  };
}

/** The applications by their names, each with the wire that it speaks. */
export function applications(options) {
  const { openai, anthropic, google, aiOpenai, aiAnthropic, aiGoogle } = clients(options);
  // Else it leaves it to the provider to remember what was said, which only OpenAI does.
  const stateless = { store: false };
  const effort = { reasoningEffort: "low", reasoningSummary: "auto", forceReasoning: true };
  const budget = { thinking: { type: "enabled", budgetTokens: 1024 } };
  const thoughts = { thinkingConfig: { includeThoughts: true } };
  return {
    "openai: chat": official("openai_chat", chat(openai)),
    "openai: responses": official("openai_responses", responses(openai)),
    "@anthropic-ai/sdk": official("anthropic", messages(anthropic)),
    "@google/genai": official("gemini", gemini(google)),
    // It reads no thoughts on this wire.
    "ai: openai.chat": { ...overAi("openai_chat", ai(aiOpenai.chat, {}, { openai: effort })), isThoughtless: true },
    "ai: openai.responses": overAi(
      "openai_responses",
      ai(aiOpenai.responses, { openai: stateless }, { openai: { ...stateless, ...effort } }),
    ),
    "ai: anthropic": overAi("anthropic", ai(aiAnthropic, {}, { anthropic: budget })),
    "ai: google": overAi("gemini", ai(aiGoogle, {}, { google: thoughts })),
  };
}

const official = (wire, application) => ({
  ...application,
  wire,
  errorClass: errorClasses[wire],
  // Google's error does not keep the headers.
  failure: ({ status, headers }) => ({ status, retryAfter: headers?.get("retry-after") }),
});

const overAi = (wire, application) => ({
  ...application,
  wire,
  errorClass: () => APICallError,
  failure: ({ statusCode, responseHeaders }) => ({
    status: statusCode,
    retryAfter: responseHeaders?.["retry-after"],
  }),
});
