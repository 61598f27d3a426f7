// Asks one question and prints the answer as it comes: node ask.mjs "Why is the sky blue?"
//
// The first key found in the environment decides who is asked. Without one a simulated provider answers,
// in this process, and fails twice before it does.

import process from "node:process";
import { createClient, TokenwireError } from "tokenwire";
import { simFetch } from "tokenwire/testing";

const KNOWN = {
  anthropic: { key: "ANTHROPIC_API_KEY", baseUrl: "ANTHROPIC_BASE_URL", model: "claude-haiku-5-5" },
  openai: { key: "OPENAI_API_KEY", baseUrl: "OPENAI_BASE_URL", model: "gpt-6-sol" },
  gemini: { key: "GEMINI_API_KEY", baseUrl: "GEMINI_BASE_URL", model: "gemini-4-hydrogen" },
};

const { env, stdout, stderr } = process;
const prompt = process.argv.slice(2).join(" ") || "Why is the sky blue?";
const asked = Object.entries(KNOWN).find(([, { key }]) => env[key]);

const tw = createClient({
  retry: { maxAttempts: 4 },
  timeouts: { stallMs: 20_000, callMs: 120_000 },
  ...(asked ? real(...asked) : simulated()),
});
const model = env.MODEL ?? asked?.[1].model ?? "gpt-6-sol";

const leaving = new AbortController();
process.once("SIGINT", () => leaving.abort(new Error("interrupted")));

const stream = tw.stream({ model, messages: [{ role: "user", content: prompt }] }, { signal: leaving.signal });
try {
  for await (const event of stream) {
    if (event.type === "text_delta") stdout.write(event.text);
    if (event.type === "retry") {
      stderr.write(`attempt ${event.attempt} failed (${event.failure.message}); next in ${event.delay_ms} ms\n`);
    }
  }
} catch (error) {
  const code = error instanceof TokenwireError ? error.code : "interrupted";
  stderr.write(`\n${code}: ${error.message}\n`);
  process.exitCode = 1;
}

// What it came to is a value, also of a call that failed. Only one that could not be sent at all has none.
const { usage, cost, attempts, elapsed_ms } = await stream.outcome.catch(() => process.exit());
const tokens = `${usage.counts.input ?? "?"} tokens in, ${usage.counts.output ?? "?"} out`;
stderr.write(`\n${tokens}, ${cost.cost_usd ?? "?"} USD, ${attempts.length} attempts, ${elapsed_ms} ms\n`);

function real(name, { key, baseUrl }) {
  return { providers: { [name]: { apiKey: env[key], ...(env[baseUrl] && { baseUrl: env[baseUrl] }) } } };
}

function simulated() {
  stderr.write("no key in the environment: a simulated provider answers\n");
  return {
    providers: { openai: { apiKey: "any" } },
    fetch: simFetch({ plan: "429 retry-after=1; 503", paceMs: 20 }),
  };
}
