import assert from "node:assert/strict";
import test from "node:test";

import { entry } from "./package.mjs";
import { endless, streaming } from "./provider.mjs";

const { createFetch, RequestError } = await entry("index");
const { simFetch } = await entry("testing");

const CHAT = "https://api.openai.com/v1/chat/completions";
const MESSAGES = "https://api.anthropic.com/v1/messages";
const asked = (body, more = {}) => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "Hi" }], ...body }),
  ...more,
});
const relay = (more) => createFetch({ upstream: "anthropic", apiKey: "k", fetch: simFetch(), ...more });

test("an application gets its own wire, with retries unseen and reports told", async () => {
  const outcomes = [];
  const events = [];
  const fetch = relay({
    fetch: simFetch({ plan: "429 retry-after-ms=2" }),
    retry: { baseMs: 1 },
    onOutcome: (outcome) => outcomes.push(outcome),
    onEvent: ({ type }) => events.push(type),
  });
  const response = await fetch(CHAT, asked({}));
  assert.equal(response.status, 200);
  const body = await response.json();
  assert.equal(body.object, "chat.completion");
  assert.deepEqual(outcomes.map(({ attempts }) => attempts.length), [2]);
  assert.equal(events[0], "retry");
});

test("a loss is told, or refused in the application's own protocol", async () => {
  const losses = [];
  const answer = await relay({ onLoss: (loss) => losses.push(loss.path) })(CHAT, asked({ seed: 7 }));
  await answer.text();
  assert.ok(losses.includes("sampling.seed") || losses.includes("seed"), `${losses}`);
  const refusal = await relay({ strict: true })(CHAT, asked({ seed: 7 }));
  assert.equal(refusal.status, 400);
  assert.equal((await refusal.json()).error.type, "invalid_request_error");
});

test("a final error has the application's own form and status", async () => {
  const response = await relay({ retry: { maxAttempts: 1 } })(MESSAGES, asked({ model: "sim-429+retry-after=9", max_tokens: 9 }));
  assert.equal(response.status, 429);
  assert.equal(response.headers.get("retry-after"), "9");
  assert.equal((await response.json()).error.type, "rate_limit_error");
});

test("aborting closes the provider's connection, and the outcome is told", async () => {
  const { fetch, seen } = streaming(endless());
  const outcomes = [];
  const abort = new AbortController();
  const relaying = createFetch({ upstream: "openai", apiKey: "k", fetch, onOutcome: (o) => outcomes.push(o.finish.reason) });
  const response = await relaying(MESSAGES, asked({ stream: true, max_tokens: 9 }, { signal: abort.signal }));
  const reader = response.body.getReader();
  await reader.read();
  abort.abort();
  assert.ok(seen.isClosed);
  assert.deepEqual(outcomes, ["cancelled"]);
  await assert.rejects(async () => {
    for (;;) if ((await reader.read()).done) return;
  }, { name: "AbortError" });
});

test("cancelling the answer's body closes the provider's connection", async () => {
  const { fetch, seen } = streaming(endless());
  const response = await createFetch({ upstream: "openai", apiKey: "k", fetch })(CHAT, asked({ stream: true }));
  await response.body.cancel();
  assert.ok(seen.isClosed);
});

test("an address where nobody answers is a 404, and no request", async () => {
  const { fetch, seen } = streaming(endless());
  const response = await createFetch({ upstream: "openai", apiKey: "k", fetch })("https://api.openai.com/v1/models");
  assert.equal(response.status, 404);
  assert.equal(seen.requests, 0);
});

test("options that mean nothing are refused by name", async () => {
  assert.throws(() => createFetch({ upstream: "openai", apikey: "k" }), RequestError);
  await assert.rejects(createFetch({ upstream: "nobody", apiKey: "k" })(CHAT, asked({})), /expected a provider, one of/);
  const sealKey = new Uint8Array(3);
  await assert.rejects(createFetch({ upstream: "openai", sealKey })(CHAT, asked({})), /64 hexadecimal digits/);
});

test("bytes pass where both sides speak the same wire", async () => {
  const sim = simFetch();
  const response = await createFetch({ upstream: "openai", apiKey: "k", fetch: sim })(CHAT, asked({ stream: true }));
  const direct = await simFetch()(CHAT, asked({ stream: true }));
  assert.equal(await response.text(), await direct.text());
});

/** Waits for a promise while all that nobody holds is collected. */
async function collecting(promise) {
  let isSettled = false;
  promise.catch(() => {}).then(() => (isSettled = true));
  while (!isSettled) {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return promise;
}

const canCollect = { timeout: 20_000, skip: globalThis.gc === undefined && "needs node --expose-gc" };

test("a call that waits for its next attempt is not collected", canCollect, async () => {
  const fetch = relay({ fetch: simFetch({ plan: "429" }), retry: { baseMs: 20 } });
  const response = await collecting(fetch(CHAT, asked({})));
  assert.equal(response.status, 200);
});

test("an abort arrives after a collection", canCollect, async () => {
  const { fetch, seen } = streaming(endless());
  const abort = new AbortController();
  const relaying = createFetch({ upstream: "openai", apiKey: "k", fetch });
  const response = await relaying(MESSAGES, asked({ stream: true, max_tokens: 9 }, { signal: abort.signal }));
  for (let turn = 0; turn < 20; turn += 1) await collecting(Promise.resolve());
  abort.abort();
  assert.ok(seen.isClosed);
  await assert.rejects(response.text(), { name: "AbortError" });
});

test("an answer that nobody holds any more closes its connection, whoever keeps the signal", canCollect, async () => {
  const { fetch, seen } = streaming(endless());
  const { signal } = new AbortController();
  const relaying = createFetch({ upstream: "openai", apiKey: "k", fetch });
  await (async () => {
    const response = await relaying(MESSAGES, asked({ stream: true, max_tokens: 9 }, { signal }));
    await response.body.getReader().read();
  })();
  while (!seen.isClosed) await collecting(Promise.resolve());
  assert.ok(!signal.aborted);
});

test("what cannot be asked rejects, as fetch does", async () => {
  await assert.rejects(relay({})("no address"), TypeError);
});

test("an abort does not wait for a key that never comes", async () => {
  const abort = new AbortController();
  const answer = relay({ apiKey: () => new Promise(() => {}) })(CHAT, asked({}, { signal: abort.signal }));
  setImmediate(() => abort.abort());
  await assert.rejects(answer, { name: "AbortError" });
});
