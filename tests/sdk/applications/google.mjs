// An application on `@google/genai`.

import { z } from "zod";

import { NOTE, PLACE_JSON, TOOL, WEATHER, WORDS } from "./conversation.mjs";

export function gemini({ models }) {
  const contents = [{ role: "user", parts: [{ text: WORDS }] }];
  const tools = [{ functionDeclarations: [{ ...TOOL, parametersJsonSchema: PLACE_JSON }] }];
  const parts = async (params, { streams } = {}) => {
    const parts = [];
    const answers = streams
      ? await models.generateContentStream(params)
      : [await models.generateContent(params)];
    for await (const answer of answers) parts.push(...(answer.candidates?.[0]?.content?.parts ?? []));
    return parts;
  };
  return {
    ask: async (model) => {
      const answer = await models.generateContent({ model, contents });
      return { text: answer.text, output: answer.usageMetadata.candidatesTokenCount };
    },
    stream: async (model, { onText, signal } = {}) => {
      const params = { model, contents, config: { abortSignal: signal } };
      let [text, output] = ["", undefined];
      for await (const chunk of await models.generateContentStream(params)) {
        text += chunk.text ?? "";
        output = chunk.usageMetadata?.candidatesTokenCount ?? output;
        if (text !== "") onText?.();
      }
      return { text, output };
    },
    useTool: async (model, how) => {
      const config = { tools };
      const first = await parts({ model, contents, config }, how);
      const { id, name, args } = first.find((part) => part.functionCall).functionCall;
      const result = { functionResponse: { id, name, response: { output: WEATHER } } };
      const turns = [{ role: "model", parts: first }, { role: "user", parts: [result] }];
      const second = await parts({ model, contents: [...contents, ...turns], config }, how);
      return { name, args, text: text(second) };
    },
    shape: async (model, how) => {
      const config = { responseMimeType: "application/json", responseJsonSchema: z.toJSONSchema(NOTE) };
      return NOTE.parse(JSON.parse(text(await parts({ model, contents, config }, how))));
    },
    think: async (model, how) => {
      const config = { thinkingConfig: { includeThoughts: true } };
      const all = await parts({ model, contents, config }, how);
      return { thought: text(all, true), text: text(all) };
    },
  };
}

const text = (parts, isThought = false) =>
  parts.filter((part) => (part.thought ?? false) === isThought).map((part) => part.text ?? "").join("");
