// What a provider has no place for, as the AI SDK warns of it.

import type { SharedV4Warning } from "@ai-sdk/provider";

import type { Loss } from "../loss.js";

/** Settings of the AI SDK, by where the machine finds them. */
const SETTINGS: Readonly<Record<string, string>> = {
  "limits.max_output_tokens": "maxOutputTokens",
  output: "responseFormat",
  "output.description": "responseFormat.description",
  "output.name": "responseFormat.name",
  "output.schema": "responseFormat.schema",
  reasoning: "reasoning",
  "reasoning.effort": "reasoning",
  "sampling.frequency_penalty": "frequencyPenalty",
  "sampling.presence_penalty": "presencePenalty",
  "sampling.seed": "seed",
  "sampling.temperature": "temperature",
  "sampling.top_k": "topK",
  "sampling.top_p": "topP",
  stop: "stopSequences",
  tool_choice: "toolChoice",
};

/** The warning of a loss. */
export function warningOf({ action, path, why }: Loss): SharedV4Warning {
  const type = action === "dropped" ? "unsupported" : "compatibility";
  return { type, feature: SETTINGS[path] ?? path, details: why };
}

/** The warning that something of the AI SDK's is left out. */
export const leftOut = (feature: string, details: string): SharedV4Warning => ({
  type: "unsupported",
  feature,
  details,
});
