// Applications on `openai`: one speaks Chat Completions, one Responses.

import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";

import { NOTE, PLACE_JSON, TOOL, WEATHER, WORDS } from "./conversation.mjs";

export function chat({ chat: { completions } }) {
  const messages = [{ role: "user", content: WORDS }];
  const tools = [{ type: "function", function: { ...TOOL, parameters: PLACE_JSON } }];
  const message = async (params, { streams } = {}) => {
    const { choices } = await (streams
      ? completions.stream(params).finalChatCompletion()
      : params.response_format
        ? completions.parse(params)
        : completions.create(params));
    return choices[0].message;
  };
  return {
    ask: async (model) => {
      const answer = await completions.create({ model, messages });
      return { text: answer.choices[0].message.content, output: answer.usage.completion_tokens };
    },
    stream: async (model, { onText, signal } = {}) => {
      const params = { model, messages, stream: true, stream_options: { include_usage: true } };
      let [text, output] = ["", undefined];
      for await (const chunk of await completions.create(params, { signal })) {
        text += chunk.choices[0]?.delta?.content ?? "";
        output = chunk.usage?.completion_tokens ?? output;
        if (text !== "") onText?.();
      }
      return { text, output };
    },
    useTool: async (model, how) => {
      const first = await message({ model, messages, tools }, how);
      const [call] = first.tool_calls;
      const result = { role: "tool", tool_call_id: call.id, content: WEATHER };
      const second = await message({ model, messages: [...messages, first, result], tools }, how);
      const { name, arguments: args } = call.function;
      return { name, args: JSON.parse(args), text: second.content };
    },
    shape: async (model, how) => {
      const format = zodResponseFormat(NOTE, "note");
      return (await message({ model, messages, response_format: format }, how)).parsed;
    },
    think: async (model, { streams } = {}) => {
      const params = { model, messages, reasoning_effort: "low" };
      if (!streams) {
        const { reasoning_content: thought, content } = await message(params);
        return { thought, text: content };
      }
      let [thought, text] = ["", ""];
      for await (const { choices } of await completions.create({ ...params, stream: true })) {
        thought += choices[0]?.delta?.reasoning_content ?? "";
        text += choices[0]?.delta?.content ?? "";
      }
      return { thought, text };
    },
  };
}

export function responses({ responses }) {
  const input = [{ role: "user", content: WORDS }];
  const tools = [{ type: "function", ...TOOL, parameters: PLACE_JSON, strict: false }];
  const response = (params, { streams } = {}) =>
    streams
      ? responses.stream(params).finalResponse()
      : params.text
        ? responses.parse(params)
        : responses.create(params);
  return {
    ask: async (model) => said(await responses.create({ model, input })),
    stream: async (model, { onText, signal } = {}) => {
      const stream = responses.stream({ model, input }, { signal });
      if (onText) stream.on("response.output_text.delta", onText);
      return said(await stream.finalResponse());
    },
    useTool: async (model, how) => {
      const { output } = await response({ model, input, tools }, how);
      const call = output.find((item) => item.type === "function_call");
      const result = { type: "function_call_output", call_id: call.call_id, output: WEATHER };
      const second = await response({ model, input: [...input, ...output, result], tools }, how);
      return { name: call.name, args: JSON.parse(call.arguments), text: second.output_text };
    },
    shape: async (model, how) => {
      const format = zodTextFormat(NOTE, "note");
      return (await response({ model, input, text: { format } }, how)).output_parsed;
    },
    think: async (model, how) => {
      const params = { model, input, reasoning: { effort: "low", summary: "auto" } };
      const { output, output_text: text } = await response(params, how);
      const thoughts = output.filter((item) => item.type === "reasoning").flatMap((item) => item.summary);
      return { thought: thoughts.map((part) => part.text).join(""), text };
    },
  };
}

/** This wire tells a failure as the response's own status: the SDK does not throw. */
function said({ status, error, output_text: text, usage }) {
  if (status !== "completed") throw new Error(`${status}: ${error?.message}`);
  return { text, output: usage.output_tokens };
}
