// An application on `ai` with any of its providers.

import { Output, generateText, stepCountIs, streamText, tool } from "ai";

import { NOTE, PLACE, TOOL, WEATHER, WORDS } from "./conversation.mjs";

// It warns of models that it does not know.
globalThis.AI_SDK_LOG_WARNINGS = false;

/** `model` makes a model of a name, with these options of its provider, and with `thinking` to have it think. */
export function ai(model, providerOptions, thinking) {
  const common = (name) => ({ model: model(name), prompt: WORDS, maxRetries: 0, providerOptions });
  const answer = async (name, params, { streams } = {}) => {
    const all = { ...common(name), ...params };
    if (!streams) return generateText(all);
    const result = streamText({ ...all, onError: () => {} });
    await read(result);
    return result;
  };
  return {
    ask: async (name) => said(await answer(name)),
    stream: async (name, { onText, signal } = {}) => {
      const abortSignal = signal;
      const result = streamText({ ...common(name), abortSignal, onError: () => {} });
      await read(result, onText);
      return said(result);
    },
    useTool: async (name, how) => {
      const weather = tool({ description: TOOL.description, inputSchema: PLACE, execute: () => WEATHER });
      const result = await answer(name, { tools: { [TOOL.name]: weather }, stopWhen: stepCountIs(2) }, how);
      const [{ toolCalls }] = await result.steps;
      const [{ toolName, input }] = toolCalls;
      return { name: toolName, args: input, text: await result.text };
    },
    shape: async (name, how) => (await answer(name, { output: Output.object({ schema: NOTE }) }, how)).output,
    think: async (name, how) => {
      const result = await answer(name, { providerOptions: thinking }, how);
      return { thought: await result.reasoningText, text: await result.text };
    },
  };
}

const said = async (result) => ({ text: await result.text, output: (await result.usage).outputTokens });

/** Reads a stream to its end; an error is a part of it. */
async function read(result, onText) {
  for await (const part of result.fullStream) {
    if (part.type === "error") throw part.error;
    if (part.type === "text-delta") onText?.();
  }
}
