import assert from "node:assert/strict";
import test from "node:test";

import { entry } from "./package.mjs";
import { delta, ending, question, streaming, through } from "./provider.mjs";

const { createClient, AuthenticationError, ConnectionError, RateLimitError, RequestError, TokenwireError } =
  await entry("index");
const { simFetch } = await entry("testing");

const sim = (options, retry = {}) =>
  createClient(through(simFetch(options), { retry: { baseMs: 1, jitterPercent: 0, ...retry } }));

test("a call goes through a 429 and a 503, and says what it waited for", async () => {
  const stream = sim({ plan: "429 retry-after-ms=3; 503" }).stream(question);
  const retries = [];
  for await (const event of stream) if (event.type === "retry") retries.push(event.failure.kind);
  assert.deepEqual(retries, ["rate_limit", "overloaded"]);
  const outcome = await stream.outcome;
  assert.deepEqual(outcome.attempts.map(({ status }) => status), [429, 503, 200]);
  assert.ok(outcome.attempts[1].waited_ms >= 3);
});

test("complete gives the whole answer with its usage", async () => {
  const outcome = await sim().complete(question);
  assert.equal(outcome.candidates[0].parts[0].kind, "text");
  assert.ok(outcome.usage.counts.output > 0);
});

for (const [model, kind, code, status, retryAfterMs] of [
  ["sim-401", AuthenticationError, "authentication", 401, undefined],
  ["sim-429+retry-after=7", RateLimitError, "rate_limit", 429, 7000],
  ["sim-refused", ConnectionError, "connection", undefined, undefined],
  ["sim-500", TokenwireError, "server_error", 500, undefined],
]) {
  test(`the error of ${model} has its class, code, status and hint`, async () => {
    await assert.rejects(sim({}, { maxAttempts: 1 }).complete({ ...question, model }), (error) => {
      assert.ok(error instanceof kind && error instanceof TokenwireError && error instanceof Error);
      assert.deepEqual([error.code, error.status, error.retryAfterMs], [code, status, retryAfterMs]);
      assert.equal(error.outcome.attempts.length, 1);
      return true;
    });
  });
}

test("a key never stands in an error", async () => {
  const fetch = async () => {
    throw new TypeError("cannot connect with key secret-1234567");
  };
  const options = { providers: { openai: { apiKey: "secret-1234567" } }, fetch, retry: { maxAttempts: 1 } };
  await assert.rejects(createClient(options).complete(question), (error) => {
    assert.ok(!JSON.stringify(error.outcome).includes("secret-1234567") && !error.message.includes("secret-1234567"));
    return true;
  });
});

test("a key that comes from a function is asked for once a call", async () => {
  const keys = [];
  let asked = 0;
  const fetch = async (_url, { headers }) => {
    keys.push(new Headers(headers).get("authorization"));
    return streaming([delta("a"), ending]).fetch("", { signal: new AbortController().signal });
  };
  const tw = createClient({ providers: { openai: { apiKey: async () => `key-${(asked += 1)}` } }, fetch });
  await tw.stream(question).text();
  await tw.stream(question).text();
  assert.deepEqual(keys, ["Bearer key-1", "Bearer key-2"]);
});

test("a key function that fails rejects the call with its own error", async () => {
  const reason = new Error("signed out");
  const apiKey = () => Promise.reject(reason);
  const tw = createClient({ providers: { openai: { apiKey } }, fetch: simFetch() });
  await assert.rejects(tw.stream(question).text(), reason);
});

test("the provider is the one named, the one before the slash, or the only one", async () => {
  const urls = [];
  const fetch = async (url, init) => {
    urls.push(new URL(url).host);
    return simFetch()(url, init);
  };
  const tw = createClient({
    providers: {
      one: { dialect: "openai", baseUrl: "http://one.test/v1", apiKey: "k" },
      two: { dialect: "anthropic", baseUrl: "http://two.test", apiKey: "k" },
    },
    fetch,
  });
  const { messages } = question;
  await tw.complete({ provider: "two", model: "one/m", messages });
  await tw.complete({ model: "one/m", messages });
  await tw.complete({ provider: "one", model: "m", messages });
  assert.deepEqual(urls, ["two.test", "one.test", "one.test"]);
  assert.throws(() => tw.stream({ model: "m", messages }), RequestError);
  assert.throws(() => tw.stream({ provider: "toString", model: "m", messages }), RequestError);
});

test("options that mean nothing are refused by name", () => {
  const providers = { openai: { apiKey: "k" } };
  for (const options of [
    { providers, retries: 3 },
    { providers, retry: { maxAtempts: 3 } },
    { providers: { openai: { key: "k" } } },
  ]) {
    assert.throws(() => createClient(options), /found (retries|maxAtempts|key)$/);
  }
});

test("a request that means nothing is refused with its path, and nothing is sent", async () => {
  const { fetch, seen } = streaming([ending]);
  const tw = createClient(through(fetch));
  const bad = { model: "m", messages: [{ role: "user", content: [{ kind: "txt", text: "Hi" }] }] };
  await assert.rejects(tw.complete(bad), (error) => {
    assert.ok(error instanceof RequestError);
    assert.match(error.message, /messages\[0\]/);
    return true;
  });
  assert.equal(seen.requests, 0);
});

test("a limit of cost is kept", async () => {
  const fetch = simFetch();
  const tw = createClient(through(fetch, { limits: { maxCostUsd: "0.0000001" } }));
  await assert.rejects(tw.stream({ ...question, model: "gpt-6-sol" }).text(), { code: "spending_limit" });
  assert.throws(() => createClient(through(fetch, { limits: { maxCost: "1" } })), RequestError);
});

test("a cost is told from a usage object, exactly", () => {
  const tw = createClient(through(simFetch()));
  const usage = { prompt_tokens: 12034, completion_tokens: 812, prompt_tokens_details: { cached_tokens: 1000 } };
  const at = new Date("2026-11-20T00:00:00Z");
  assert.equal(tw.cost({ provider: "openai", model: "gpt-6-sol", usage, at }).cost_usd, "0.030388");
  assert.equal(tw.cost({ provider: "openai", model: "no-such-model", usage, at }).cost_usd, null);
  assert.throws(() => tw.cost({ provider: "openai", usage: "{" }), RequestError);
});

test("an answer in the background is read on where it was cut, without a body", async () => {
  const methods = [];
  const sim = simFetch({ plan: "cut@4k" });
  const fetch = (url, init) => (methods.push(init.method), sim(url, init));
  const tw = createClient({ providers: { "openai-responses": { apiKey: "k" } }, fetch, retry: { baseMs: 1, onBreak: "resume" } });
  const outcome = await tw.stream({ ...question, background: true }).outcome;
  assert.equal(outcome.status, "complete");
  assert.deepEqual(methods, ["POST", "GET"]);
});

test("errors are named in their stacks and by their classes, minified or not", async () => {
  const error = await sim({}, { maxAttempts: 1 }).complete({ ...question, model: "sim-401" }).catch((error) => error);
  assert.equal(error.constructor.name, "AuthenticationError");
  assert.match(error.stack, /^AuthenticationError: /);
});

test("an option that is no whole number is refused by name, never left off", () => {
  const groups = {
    retry: ["maxAttempts", "baseMs", "capMs", "jitterPercent", "maxHintMs", "totalMs"],
    timeouts: ["headMs", "firstEventMs", "stallMs", "attemptMs", "callMs"],
    limits: ["maxTokens", "maxEventBytes", "maxBodyBytes", "maxAttemptBytes", "maxResponseBytes"],
  };
  for (const [group, names] of Object.entries(groups)) {
    for (const name of names) {
      for (const value of [1.5, -1, NaN, Infinity, "5"]) {
        assert.throws(
          () => createClient(through(simFetch(), { [group]: { [name]: value } })),
          (error) => error instanceof RequestError && error.message.includes(`${group}.${name}`),
        );
      }
    }
  }
  assert.throws(() => createClient(through(simFetch(), { limits: { maxCostUsd: 0.5 } })), /limits.maxCostUsd a text/);
  assert.throws(() => createClient({ providers: { openai: { apiKey: 7 } } }), /openai.apiKey a text or a function/);
});

test("a header's value cannot bring another header", async () => {
  const headers = { "x-tenant": "t\nopenai-organization\nother" };
  const tw = createClient({ providers: { openai: { apiKey: "k", headers } }, fetch: simFetch() });
  await assert.rejects(tw.complete(question), RequestError);
});

test("a request is sent as it stood when it was made", async () => {
  const bodies = [];
  const fetch = (url, init) => (bodies.push(new TextDecoder().decode(init.body)), simFetch()(url, init));
  const messages = [{ role: "user", content: "Hi" }];
  const stream = createClient(through(fetch)).stream({ model: "m", messages });
  messages.push({ role: "user", content: "and more" });
  await stream.text();
  assert.ok(!bodies[0].includes("and more"));
});

test("of one provider alone a model's name may hold a slash", async () => {
  const models = [];
  const fetch = (url, init) => (models.push(JSON.parse(new TextDecoder().decode(init.body)).model), simFetch()(url, init));
  const tw = createClient({ providers: { openrouter: { apiKey: "k" } }, fetch });
  await tw.complete({ ...question, model: "openrouter/auto" });
  assert.deepEqual(models, ["openrouter/auto"]);
  await assert.rejects(async () => tw.complete({ messages: [] }), RequestError);
});

test("errors of one entry are instances of the classes of another", async () => {
  const other = await entry("client");
  const error = await sim({}, { maxAttempts: 1 }).complete({ ...question, model: "sim-401" }).catch((error) => error);
  assert.ok(error instanceof other.TokenwireError && error instanceof other.AuthenticationError);
  assert.ok(!(error instanceof other.RateLimitError) && !(new TypeError("x") instanceof other.TokenwireError));
});

test("a cost is not asked of what an outcome counts", async () => {
  const tw = sim();
  const { usage } = await tw.complete(question);
  assert.throws(() => tw.cost({ provider: "openai", model: "gpt-6-sol", usage }), /it has as `cost`/);
});
