// LangChain's models over tokenwire: each speaks its own wire, and another vendor answers.
//
//   node ask.mjs "Why is the sky blue?"
//
// Without a key in the environment a simulated provider answers, in this process.

import process from "node:process";
import { ChatAnthropic } from "@langchain/anthropic";
import { ChatOpenAI } from "@langchain/openai";
import { createFetch } from "tokenwire";
import { simFetch } from "tokenwire/testing";

const { env, stdout, stderr } = process;
const prompt = process.argv.slice(2).join(" ") || "Why is the sky blue?";

/** A `fetch` that asks `upstream`; LangChain retries nothing itself, since this does. */
const through = (upstream, model, prefix) =>
  createFetch({
    upstream,
    model,
    retry: { maxAttempts: 4 },
    onOutcome: ({ usage, cost, attempts }) =>
      stderr.write(
        `\n${upstream}: ${usage.counts.output} tokens, ${cost.cost_usd ?? "?"} USD, ${attempts.length} attempts\n`,
      ),
    ...(env[`${prefix}_API_KEY`] ? real(prefix) : simulated()),
  });

const models = {
  "ChatOpenAI, answered by Claude": new ChatOpenAI({
    model: "gpt-6-sol",
    apiKey: "unused",
    maxRetries: 0,
    configuration: { fetch: through("anthropic", "claude-haiku-5-5", "ANTHROPIC") },
  }),
  "ChatAnthropic, answered by GPT": new ChatAnthropic({
    model: "claude-haiku-5-5",
    apiKey: "unused",
    maxRetries: 0,
    clientOptions: { fetch: through("openai", "gpt-6-sol", "OPENAI") },
  }),
};

for (const [title, model] of Object.entries(models)) {
  stdout.write(`\n${title}:\n`);
  for await (const chunk of await model.stream(prompt)) stdout.write(chunk.text);
}

function real(prefix) {
  const baseUrl = env[`${prefix}_BASE_URL`];
  return { apiKey: env[`${prefix}_API_KEY`], ...(baseUrl && { baseUrl }) };
}

function simulated() {
  return { apiKey: "any", fetch: simFetch({ plan: "429 retry-after=1; 503" }) };
}
