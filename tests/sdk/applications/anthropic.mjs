// An application on `@anthropic-ai/sdk`.

import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";

import { NOTE, PLACE_JSON, TOOL, WEATHER, WORDS } from "./conversation.mjs";

export function messages({ messages: client }) {
  const params = { max_tokens: 2048, messages: [{ role: "user", content: WORDS }] };
  const tools = [{ ...TOOL, input_schema: PLACE_JSON }];
  const message = (params, { streams } = {}) =>
    streams
      ? client.stream(params).finalMessage()
      : params.output_config
        ? client.parse(params)
        : client.create(params);
  return {
    ask: async (model) => said(await client.create({ model, ...params })),
    stream: async (model, { onText, signal } = {}) => {
      const stream = client.stream({ model, ...params }, { signal });
      if (onText) stream.on("text", onText);
      return said(await stream.finalMessage());
    },
    useTool: async (model, how) => {
      const { content } = await message({ model, ...params, tools }, how);
      const call = content.find((block) => block.type === "tool_use");
      const result = { type: "tool_result", tool_use_id: call.id, content: WEATHER };
      const turns = [{ role: "assistant", content }, { role: "user", content: [result] }];
      const all = [...params.messages, ...turns];
      const second = await message({ model, ...params, messages: all, tools }, how);
      return { name: call.name, args: call.input, text: text(second) };
    },
    shape: async (model, how) => {
      const format = zodOutputFormat(NOTE);
      return (await message({ model, ...params, output_config: { format } }, how)).parsed_output;
    },
    think: async (model, how) => {
      const thinking = { type: "enabled", budget_tokens: 1024 };
      const answer = await message({ model, ...params, thinking }, how);
      return { thought: all(answer, "thinking"), text: text(answer) };
    },
  };
}

const all = ({ content }, type) =>
  content.filter((block) => block.type === type).map((block) => block[type]).join("");

const text = (message) => all(message, "text");

const said = (message) => ({ text: text(message), output: message.usage.output_tokens });
