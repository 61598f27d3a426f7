import assert from "node:assert/strict";
import process from "node:process";
import { after, before, test } from "node:test";

import { run } from "../consumers/process.mjs";
import { ANSWER, QUESTION } from "./answer.mjs";
import { install } from "./installed.mjs";
import { node22, withNode22 } from "./node22.mjs";
import { startProvider } from "./provider.mjs";

let installed;
before(() => (installed = install(["@langchain/anthropic", "@langchain/core", "@langchain/openai"])));
after(() => installed.remove());

test("both models print a simulated answer without a key", withNode22, async () => {
  for (const answer of answers(await ask({}))) assert.match(answer, ANSWER);
});

test("each model is answered by the other vendor, through a refusal", withNode22, async () => {
  const sim = await installed.sim();
  const [claude, gpt] = [await startProvider(sim, { plan: "429" }), await startProvider(sim, { plan: "503" })];
  try {
    const keys = { ANTHROPIC_API_KEY: "a", ANTHROPIC_BASE_URL: claude.url, OPENAI_API_KEY: "b", OPENAI_BASE_URL: `${gpt.url}/v1` };
    for (const answer of answers(await ask(keys))) assert.match(answer, ANSWER);
    const seen = ({ answers }) => answers.map(({ path, key, status }) => `${status} ${path} ${key}`);
    assert.deepEqual(seen(claude), ["429 /v1/messages a", "200 /v1/messages a"]);
    assert.deepEqual(seen(gpt), ["503 /v1/chat/completions b", "200 /v1/chat/completions b"]);
  } finally {
    claude.close();
    gpt.close();
  }
});

async function ask(keys) {
  const { PATH } = process.env;
  return await run(node22, [installed.example("langchain", "ask.mjs"), QUESTION], { env: { PATH, ...keys } });
}

function answers(printed) {
  const [, ofClaude, ofGpt] = /^\nChatOpenAI, answered by Claude:\n([^]*)\nChatAnthropic, answered by GPT:\n([^]*)$/.exec(printed) ?? [];
  return [ofClaude, ofGpt];
}
