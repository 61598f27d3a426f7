// An application on each SDK: what it can do, in one form for all. A chat with a tool ends with the text that
// follows the tool's result.

import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";

import { readers } from "./wires.mjs";

const WORDS = "hi";
const WEATHER = "It rains.";
const SCHEMA = { type: "object", properties: { place: { type: "string" } }, required: ["place"] };
const TOOL = { name: "weather", description: "Tells the weather." };

/** The applications, with their SDKs pointed at that address. None retries by itself. */
export function applications(url) {
  const errors = readers(url);
  const openai = new OpenAI({ apiKey: "any", baseURL: `${url}/v1`, maxRetries: 0 });
  const anthropic = new Anthropic({ apiKey: "any", authToken: null, baseURL: url, maxRetries: 0 });
  const google = new GoogleGenAI({ apiKey: "any", httpOptions: { baseUrl: url } });
  const all = {
    openai_chat: chat(openai),
    openai_responses: responses(openai),
    anthropic: messages(anthropic),
    gemini: gemini(google),
  };
  for (const [wire, application] of Object.entries(all)) application.errors = errors[wire].errors;
  return all;
}

function chat(client) {
  const messages = [{ role: "user", content: WORDS }];
  const tools = [{ type: "function", function: { ...TOOL, parameters: SCHEMA } }];
  return {
    ask: async (model) => {
      const answer = await client.chat.completions.create({ model, messages });
      return { text: answer.choices[0].message.content, output: answer.usage.completion_tokens };
    },
    stream: async (model, { onText, signal } = {}) => {
      const params = { model, messages, stream: true, stream_options: { include_usage: true } };
      let [text, output] = ["", undefined];
      for await (const chunk of await client.chat.completions.create(params, { signal })) {
        text += chunk.choices[0]?.delta?.content ?? "";
        output = chunk.usage?.completion_tokens ?? output;
        if (text !== "") onText?.();
      }
      return { text, output };
    },
    useTool: async (model) => {
      const first = (await client.chat.completions.create({ model, messages, tools })).choices[0];
      const [call] = first.message.tool_calls;
      const result = { role: "tool", tool_call_id: call.id, content: WEATHER };
      const params = { model, messages: [...messages, first.message, result], tools };
      const second = (await client.chat.completions.create(params)).choices[0];
      const { name, arguments: args } = call.function;
      return { name, args: JSON.parse(args), text: second.message.content };
    },
  };
}

function responses(client) {
  const input = [{ role: "user", content: WORDS }];
  const tools = [{ type: "function", ...TOOL, parameters: SCHEMA, strict: false }];
  return {
    ask: async (model) => {
      return response(await client.responses.create({ model, input }));
    },
    stream: async (model, { onText, signal } = {}) => {
      const stream = client.responses.stream({ model, input }, { signal });
      if (onText) stream.on("response.output_text.delta", onText);
      return response(await stream.finalResponse());
    },
    useTool: async (model) => {
      const { output } = await client.responses.create({ model, input, tools });
      const call = output.find((item) => item.type === "function_call");
      const result = { type: "function_call_output", call_id: call.call_id, output: WEATHER };
      const second = await client.responses.create({ model, input: [...input, ...output, result], tools });
      return { name: call.name, args: JSON.parse(call.arguments), text: second.output_text };
    },
  };
}

/** This wire tells a failure as the response's own status: the SDK does not throw. */
function response({ status, error, output_text: text, usage }) {
  if (status !== "completed") throw new Error(`${status}: ${error?.message}`);
  return { text, output: usage.output_tokens };
}

function messages(client) {
  const params = { max_tokens: 1024, messages: [{ role: "user", content: WORDS }] };
  const tools = [{ ...TOOL, input_schema: SCHEMA }];
  const text = ({ content }) =>
    content.filter((block) => block.type === "text").map((block) => block.text).join("");
  return {
    ask: async (model) => {
      const answer = await client.messages.create({ model, ...params });
      return { text: text(answer), output: answer.usage.output_tokens };
    },
    stream: async (model, { onText, signal } = {}) => {
      const stream = client.messages.stream({ model, ...params }, { signal });
      if (onText) stream.on("text", onText);
      const answer = await stream.finalMessage();
      return { text: text(answer), output: answer.usage.output_tokens };
    },
    useTool: async (model) => {
      const { content } = await client.messages.create({ model, ...params, tools });
      const call = content.find((block) => block.type === "tool_use");
      const result = { type: "tool_result", tool_use_id: call.id, content: WEATHER };
      const turns = [{ role: "assistant", content }, { role: "user", content: [result] }];
      const all = [...params.messages, ...turns];
      const second = await client.messages.create({ model, ...params, messages: all, tools });
      return { name: call.name, args: call.input, text: text(second) };
    },
  };
}

function gemini(client) {
  const contents = [{ role: "user", parts: [{ text: WORDS }] }];
  const tools = [{ functionDeclarations: [{ ...TOOL, parametersJsonSchema: SCHEMA }] }];
  return {
    ask: async (model) => {
      const answer = await client.models.generateContent({ model, contents });
      return { text: answer.text, output: answer.usageMetadata.candidatesTokenCount };
    },
    stream: async (model, { onText, signal } = {}) => {
      const params = { model, contents, config: { abortSignal: signal } };
      let [text, output] = ["", undefined];
      for await (const chunk of await client.models.generateContentStream(params)) {
        text += chunk.text ?? "";
        output = chunk.usageMetadata?.candidatesTokenCount ?? output;
        if (text !== "") onText?.();
      }
      return { text, output };
    },
    useTool: async (model) => {
      const config = { tools };
      const first = await client.models.generateContent({ model, contents, config });
      const { id, name, args } = first.functionCalls[0];
      const response = { functionResponse: { id, name, response: { output: WEATHER } } };
      const turns = [first.candidates[0].content, { role: "user", parts: [response] }];
      const all = [...contents, ...turns];
      const second = await client.models.generateContent({ model, contents: all, config });
      return { name, args, text: second.text };
    },
  };
}
