// What reaches the provider when an SDK calls over `createFetch`, and what its user is told.

import assert from "node:assert/strict";
import test from "node:test";

import { Anthropic, KEY, OpenAI, applications, clients } from "../../sdk/applications.mjs";
import { ai } from "../../sdk/applications/ai.mjs";
import { entry } from "../surface/package.mjs";
import { upstream } from "./upstream.mjs";

const { createFetch } = await entry("index");

const DIALECTS = ["openai", "openai-responses", "anthropic", "gemini"];
const CHAT = { model: "sim", messages: [{ role: "user", content: "hi" }] };
const MESSAGES = { ...CHAT, max_tokens: 100 };

/** SDKs over `createFetch` before a provider, and what is told of their calls. */
function behind(options, sim) {
  const provider = upstream(sim);
  const told = { events: [], outcomes: [], losses: [] };
  const fetch = createFetch({
    apiKey: "for-the-provider",
    retry: { baseMs: 1 },
    fetch: provider.fetch,
    onEvent: (event) => told.events.push(event),
    onOutcome: (outcome) => told.outcomes.push(outcome),
    onLoss: (loss) => told.losses.push(loss),
    ...options,
  });
  return { ...provider, ...told, fetch, ...clients({ fetch }) };
}

test("the events are those of the provider's answer, retries among them", async () => {
  for (const dialect of DIALECTS) {
    const { openai, events, outcomes } = behind({ upstream: dialect }, { plan: "429; 503" });
    const stream = openai.chat.completions.stream({ ...CHAT, stream_options: { include_usage: true } });
    const text = (await stream.finalChatCompletion()).choices[0].message.content;
    const told = (type) => events.filter((event) => event.type === type);
    assert.deepEqual(told("retry").map(({ failure }) => failure.status), [429, 503], dialect);
    assert.equal(told("text_delta").map((event) => event.text).join(""), text, dialect);
    assert.equal(told("finish").length, 1, dialect);
    assert.deepEqual(outcomes[0].attempts.map(({ status }) => status), [429, 503, 200], dialect);
    assert.ok(outcomes[0].usage.counts.output > 0, dialect);
    assert.equal(outcomes.length, 1, dialect);
  }
});

test("an outcome has the cost of a model whose price is known", async () => {
  const { anthropic, outcomes, requests } = behind({ upstream: "anthropic", model: "claude-haiku-5-5" });
  await anthropic.messages.create({ ...MESSAGES, model: "whatever" });
  assert.equal(requests[0].body.model, "claude-haiku-5-5");
  assert.ok(Number(outcomes[0].cost.cost_usd) > 0, JSON.stringify(outcomes[0].cost));
});

test("the usage of a Chat stream can be asked for in the SDK's stead", async () => {
  for (const askUsage of [false, true]) {
    const { openai, outcomes } = behind({ upstream: "openai", askUsage });
    await openai.chat.completions.stream(CHAT).finalChatCompletion();
    const { completeness, counts } = outcomes[0].usage;
    assert.equal(completeness, askUsage ? "complete" : "unknown");
    assert.equal(counts.output > 0, askUsage);
  }
});

test("a final failure is the SDK's error and the outcome's failure", async () => {
  const { openai, anthropic, outcomes } = behind({ upstream: "gemini" }, { plan: "429* retry-after=3000" });
  await assert.rejects(openai.responses.create({ model: "m", input: "hi" }), OpenAI.RateLimitError);
  await assert.rejects(anthropic.messages.create(MESSAGES), Anthropic.RateLimitError);
  for (const { failure, attempts } of outcomes) {
    const { kind, status, retry_after_ms: wait } = failure;
    assert.deepEqual([kind, status, wait], ["rate_limit", 429, 3_000_000]);
    assert.equal(attempts.length, 1);
  }
  assert.equal(outcomes.length, 2);
});

test("an SDK does not try again what was tried, unless that is left to it", async () => {
  for (const [maxAttempts, sdkRetries, expected] of [[2, 1, 2], [1, 0, 1], [1, 1, 2]]) {
    const retry = { baseMs: 1, maxAttempts };
    const sim = { plan: "503* retry-after-ms=1" };
    const { openai, anthropic, requests } = behind({ upstream: "gemini", retry }, sim);
    const options = { maxRetries: sdkRetries };
    await assert.rejects(openai.chat.completions.create(CHAT, options), OpenAI.InternalServerError);
    assert.equal(requests.length, expected);
    await assert.rejects(anthropic.messages.create(MESSAGES, options), Anthropic.InternalServerError);
    assert.equal(requests.length, 2 * expected);
  }
});

test("a stream that breaks is the SDK's error, and its outcome has what came", async () => {
  for (const dialect of DIALECTS) {
    const { anthropic, outcomes } = behind({ upstream: dialect }, { plan: "cut@2k*" });
    let text = "";
    const stream = anthropic.messages.stream(MESSAGES).on("text", (delta) => (text += delta));
    await assert.rejects(stream.finalMessage(), Anthropic.APIError, dialect);
    const [{ status, failure, candidates }] = outcomes;
    assert.deepEqual([status, failure.kind], ["partial", "connection"], dialect);
    assert.equal(candidates[0].parts[0].text, text, dialect);
    assert.ok(text.length > 0, dialect);
  }
});

test("losses are told, accepted or refused", async () => {
  const asked = { ...CHAT, seed: 7, logit_bias: { 50256: -100 } };
  const told = behind({ upstream: "anthropic" });
  await told.openai.chat.completions.create(asked);
  assert.deepEqual(told.losses.map(({ path }) => path).sort(), ["extensions.logit_bias", "sampling.seed"]);

  const strict = behind({ upstream: "anthropic", strict: true });
  await assert.rejects(strict.openai.chat.completions.create(asked), OpenAI.BadRequestError);
  assert.equal(strict.requests.length, 0);

  const accept = ["sampling", "extensions.logit_bias"];
  const accepting = behind({ upstream: "anthropic", strict: true, accept });
  await accepting.openai.chat.completions.create(asked);

  const refusing = behind({ upstream: "anthropic", refuse: ["sampling.seed"] });
  await assert.rejects(refusing.openai.chat.completions.create(asked), /sampling\.seed/);
  assert.equal(refusing.requests.length, 0);
});

test("the SDK's key never leaves, and the provider gets its own", async () => {
  for (const dialect of DIALECTS) {
    let keys = 0;
    const apiKey = async () => `key-${(keys += 1)}`;
    const { fetch, requests } = behind({ upstream: dialect, apiKey }, { plan: "429" });
    const all = Object.values(applications({ fetch }));
    for (const { ask } of all) await ask("sim");
    const sent = requests.map(({ url, headers, body }) => JSON.stringify([url, ...headers, body]));
    assert.ok(!sent.some((request) => request.includes(KEY)), dialect);
    assert.equal(keys, all.length, `${dialect}: one key a call`);
    for (const request of sent) assert.match(request, /key-\d/);
  }
});

test("requests go to the base URL with the headers that were given", async () => {
  const options = { baseUrl: "https://gateway.example/team", headers: { "x-team": "blue" } };
  for (const dialect of DIALECTS) {
    const { openai, requests } = behind({ upstream: dialect, ...options });
    await openai.chat.completions.create(CHAT);
    assert.ok(requests[0].url.startsWith("https://gateway.example/team/"), requests[0].url);
    assert.equal(requests[0].headers.get("x-team"), "blue");
  }
});

test("thoughts go back to their provider with a tool's result", async () => {
  for (const dialect of ["openai-responses", "anthropic", "gemini"]) {
    for (const streams of [false, true]) {
      const { fetch, requests } = behind({ upstream: dialect });
      for (const [name, { useTool, isThoughtless }] of Object.entries(applications({ fetch }))) {
        requests.length = 0;
        await useTool("sim-think", { streams });
        const { body } = requests[1];
        const isThere = JSON.stringify(body).includes("c2ln");
        assert.equal(isThere, !isThoughtless, `${name} > ${dialect}, streams: ${streams}`);
      }
    }
  }
});

test("an SDK's own deadline closes the provider's connection", { timeout: 20_000 }, async () => {
  const { openai, closed, outcomes } = behind({ upstream: "gemini" }, { plan: "hang*" });
  const call = openai.chat.completions.create(CHAT, { timeout: 20 });
  await assert.rejects(call, OpenAI.APIConnectionTimeoutError);
  await closed();
  assert.equal(outcomes[0].finish.reason, "cancelled");
});

test("an abort before the answer is the SDK's own abort", { timeout: 20_000 }, async () => {
  const abort = new AbortController();
  const { anthropic, closed, outcomes, requests } = behind({ upstream: "openai" }, { plan: "hang*" });
  const call = anthropic.messages.create(MESSAGES, { signal: abort.signal });
  while (requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  abort.abort();
  await assert.rejects(call, Anthropic.APIUserAbortError);
  await closed();
  assert.equal(outcomes[0].finish.reason, "cancelled");
});

test("an abort while a retry is waited for sends nothing more", { timeout: 20_000 }, async () => {
  const abort = new AbortController();
  const onEvent = ({ type }) => type === "retry" && abort.abort();
  const { openai, requests } = behind({ upstream: "gemini", onEvent }, { plan: "429* retry-after=60" });
  const call = openai.chat.completions.create(CHAT, { signal: abort.signal });
  await assert.rejects(call, OpenAI.APIUserAbortError);
  assert.equal(requests.length, 1);
});

test("leaving an SDK's stream closes the provider's connection", { timeout: 20_000 }, async () => {
  for (const dialect of DIALECTS) {
    const { openai, closed, outcomes } = behind({ upstream: dialect }, { plan: "stall@8*" });
    for await (const { choices } of await openai.chat.completions.create({ ...CHAT, stream: true })) {
      if (choices[0]?.delta.content) break;
    }
    await closed();
    assert.equal(outcomes[0].finish.reason, "cancelled", dialect);
  }
});

test("a provider that goes silent ends the SDK's stream with an error", { timeout: 20_000 }, async () => {
  const options = { upstream: "anthropic", timeouts: { stallMs: 20 } };
  const { openai, closed, outcomes } = behind(options, { plan: "stall@8*" });
  const read = async () => {
    for await (const _ of await openai.chat.completions.create({ ...CHAT, stream: true }));
  };
  await assert.rejects(read(), OpenAI.APIError);
  await closed();
  assert.equal(outcomes[0].failure.kind, "timeout");
});

test("what a wire's SDK asks beside answers is its 404", async () => {
  const { openai, anthropic, requests } = behind({ upstream: "gemini" });
  await assert.rejects(openai.embeddings.create({ model: "m", input: "x" }), OpenAI.NotFoundError);
  await assert.rejects(anthropic.models.list(), Anthropic.NotFoundError);
  assert.equal(requests.length, 0);
});

test("a conversation that only OpenAI remembers is refused in words", async () => {
  const { openai, requests } = behind({ upstream: "anthropic" });
  const asked = { model: "sim", input: "hi", previous_response_id: "resp_1" };
  await assert.rejects(openai.responses.create(asked), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.match(error.message, /previous_response_id/);
    return true;
  });
  assert.equal(requests.length, 0);
});

test("the AI SDK's references to what OpenAI keeps are refused in words, by others than OpenAI", async () => {
  const application = (dialect) => ai(behind({ upstream: dialect }).aiOpenai.responses);
  await assert.rejects(application("anthropic").useTool("sim"), /item_reference/);
  const { name } = await application("openai-responses").useTool("sim");
  assert.equal(name, "weather");
});

test("an observer that throws does not disturb the call", async (t) => {
  const logged = t.mock.method(console, "error", () => {});
  const faulty = () => {
    throw new Error("mine");
  };
  const { openai } = behind({ upstream: "anthropic", onEvent: faulty, onOutcome: faulty, onLoss: faulty });
  const answer = await openai.chat.completions.create({ ...CHAT, seed: 1 });
  assert.match(answer.choices[0].message.content, /^You said/);
  const isMine = ({ arguments: [, error] }) => error.message === "mine";
  assert.ok(logged.mock.calls.length === 1 && logged.mock.calls.every(isMine));
});
