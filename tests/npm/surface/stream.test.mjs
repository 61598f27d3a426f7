import assert from "node:assert/strict";
import test from "node:test";

import { entry } from "./package.mjs";
import { delta, endless, ending, question, streaming, through } from "./provider.mjs";

const { createClient, textOf } = await entry("index");

/** Runs `act` until `is` holds; what never comes is found by the test's own limit. */
async function until(is, act = () => {}) {
  while (!is()) {
    act();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("events come in order, and the outcome has them together", async () => {
  const { fetch } = streaming([delta("Hel"), delta("lo"), ending]);
  const stream = createClient(through(fetch)).stream(question);
  const types = [];
  for await (const event of stream) types.push(event.type);
  assert.deepEqual(types.filter((type) => type === "text_delta").length, 2);
  assert.equal(types.at(-1), "finish");
  const outcome = await stream.outcome;
  assert.equal(outcome.status, "complete");
  assert.equal(textOf(outcome), "Hello");
});

test("leaving the loop closes the connection and leaves what came in the outcome", async () => {
  const { fetch, seen } = streaming(endless());
  const stream = createClient(through(fetch)).stream(question);
  for await (const event of stream) if (event.type === "text_delta") break;
  assert.ok(seen.isClosed);
  const outcome = await stream.outcome;
  assert.equal(outcome.finish.reason, "cancelled");
  assert.equal(textOf(outcome), "0 ");
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
});

test("an aborted signal rejects with its reason and closes the connection", async () => {
  const { fetch, seen } = streaming(endless());
  const abort = new AbortController();
  const stream = createClient(through(fetch)).stream(question, { signal: abort.signal });
  const reason = new Error("enough");
  await assert.rejects(async () => {
    for await (const event of stream) if (event.type === "text_delta") abort.abort(reason);
  }, reason);
  assert.ok(seen.isClosed);
});

test("a signal that is aborted already sends nothing", async () => {
  const { fetch, seen } = streaming(endless());
  const stream = createClient(through(fetch)).stream(question, { signal: AbortSignal.abort() });
  await assert.rejects(stream.next(), { name: "AbortError" });
  assert.equal(seen.requests, 0);
});

test("nothing is sent before somebody asks", async () => {
  const { fetch, seen } = streaming([ending]);
  const stream = createClient(through(fetch)).stream(question);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(seen.requests, 0);
  await stream.outcome;
  assert.equal(seen.requests, 1);
});

test("a reader that rests holds the provider back", async () => {
  const { fetch, seen } = streaming(endless());
  const stream = createClient(through(fetch)).stream(question);
  while ((await stream.next()).value.type !== "text_delta");
  const { pulled } = seen;
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(seen.pulled, pulled);
  stream.cancel();
});

test("the outcome can be asked for before the events, which are kept", async () => {
  const { fetch } = streaming([delta("a"), delta("b"), ending]);
  const stream = createClient(through(fetch)).stream(question);
  const outcome = await stream.outcome;
  assert.equal(outcome.status, "complete");
  const texts = [];
  for await (const event of stream) if (event.type === "text_delta") texts.push(event.text);
  assert.deepEqual(texts, ["a", "b"]);
});

test("text is whole, or rejects with the call's error", async () => {
  const tw = createClient(through(streaming([delta("a"), delta("b"), ending]).fetch));
  assert.equal(await tw.stream(question).text(), "ab");
  const broken = createClient(through(streaming([delta("a")]).fetch, { retry: { maxAttempts: 1 } }));
  await assert.rejects(broken.stream(question).text(), (error) => {
    assert.equal(error.code, "incomplete");
    assert.equal(textOf(error.outcome), "a");
    return true;
  });
});

test("cancelling a stream that nobody has begun sends nothing that stays open", async () => {
  const { fetch, seen } = streaming(endless());
  const stream = createClient(through(fetch)).stream(question);
  stream.cancel();
  assert.equal((await stream.outcome).finish.reason, "cancelled");
  assert.ok(seen.requests === 0 || seen.isClosed);
});

test("a thousand streams at once share the module and end each with its own text", async () => {
  const texts = Array.from({ length: 1000 }, (_, n) => [`${n}:`, "x".repeat(n % 7)]);
  const ended = texts.map(async ([head, tail]) => {
    const { fetch } = streaming([delta(head), delta(tail), ending]);
    return createClient(through(fetch)).stream(question).text();
  });
  assert.deepEqual(await Promise.all(ended), texts.map((parts) => parts.join("")));
});

test("a stream that nobody holds any more closes its connection", { timeout: 20_000 }, async (t) => {
  if (globalThis.gc === undefined) return t.skip("needs node --expose-gc");
  const { fetch, seen } = streaming(endless());
  const tw = createClient(through(fetch));
  await (async () => {
    const stream = tw.stream(question);
    while ((await stream.next()).value.type !== "text_delta");
  })();
  await until(() => seen.isClosed, globalThis.gc);
});

test("a call that waits for its next attempt is kept for whoever waits for it", { timeout: 20_000 }, async (t) => {
  if (globalThis.gc === undefined) return t.skip("needs node --expose-gc");
  const { simFetch } = await entry("testing");
  let settled;
  (() => {
    const tw = createClient(through(simFetch({ plan: "429 retry-after-ms=50" })));
    tw.stream(question).text().then((text) => (settled = text));
  })();
  await until(() => settled !== undefined, globalThis.gc);
  assert.match(settled, /^You said/);
});

test("aborting or cancelling does not wait for a key that never comes, and sends nothing", async () => {
  const { fetch, seen } = streaming([ending]);
  const tw = createClient({ providers: { openai: { apiKey: () => new Promise(() => {}) } }, fetch });
  const abort = new AbortController();
  const completed = tw.complete(question, { signal: abort.signal });
  abort.abort(new Error("enough"));
  await assert.rejects(completed, /enough/);
  const stream = tw.stream(question);
  const { outcome } = stream;
  stream.cancel();
  const { finish, attempts } = await outcome;
  assert.deepEqual([finish.reason, attempts, seen.requests], ["cancelled", [], 0]);
});

test("cancelling before anybody asks makes no call", async () => {
  let keys = 0;
  const { fetch, seen } = streaming([ending]);
  const tw = createClient({ providers: { openai: { apiKey: () => `${(keys += 1)}` } }, fetch });
  const stream = tw.stream(question);
  stream.cancel();
  assert.equal((await stream.outcome).failure.kind, "cancelled");
  assert.deepEqual([keys, seen.requests], [0, 0]);
});

test("cancelling ends a loop that waits, without an error", async () => {
  const fetch = () => new Promise(() => {});
  const stream = createClient(through(fetch)).stream(question);
  setImmediate(() => stream.cancel());
  for await (const event of stream) assert.equal(event.type, "retry");
  assert.equal((await stream.outcome).finish.reason, "cancelled");
});

test("a failure stays what it was when the signal aborts afterwards", async () => {
  const { simFetch } = await entry("testing");
  const abort = new AbortController();
  const stream = createClient(through(simFetch())).stream({ ...question, model: "sim-401" }, { signal: abort.signal });
  await stream.outcome;
  abort.abort();
  await assert.rejects(stream.text(), { code: "authentication" });
});

test("a signal that outlives its calls keeps no listener of them", async () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...rest) => ((listeners += 1), addEventListener.apply(signal, rest));
  signal.removeEventListener = (...rest) => ((listeners -= 1), removeEventListener.apply(signal, rest));
  const tw = createClient(through(streaming([delta("a"), ending]).fetch));
  for (let call = 0; call < 20; call += 1) await tw.stream(question, { signal }).text();
  assert.equal(listeners, 0);
});

test("a transport whose body does not follow the signal is closed all the same", async () => {
  let isCancelled = false;
  const fetch = async () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(delta("a")),
        cancel: () => {
          isCancelled = true;
        },
      }),
      { headers: { "content-type": "text/event-stream" } },
    );
  for await (const event of createClient(through(fetch)).stream(question)) if (event.type === "text_delta") break;
  assert.ok(isCancelled);
});

test("whoever hears of the abort may cancel the call", async () => {
  let stream;
  const fetch = (_url, { signal }) => {
    signal.addEventListener("abort", () => stream.cancel());
    return new Promise(() => {});
  };
  stream = createClient(through(fetch, { timeouts: { headMs: 1 }, retry: { maxAttempts: 1 } })).stream(question);
  const { failure } = await stream.outcome;
  assert.equal(failure.kind, "timeout");
});

test("what is no response is a failed attempt", async () => {
  const used = new Response("x");
  await used.text();
  for (const odd of [undefined, used, null]) {
    const tw = createClient(through(async () => odd, { retry: { maxAttempts: 1 } }));
    await assert.rejects(tw.complete(question), { code: "connection" });
  }
});

test("a reader's own rest is not the provider's silence", async (t) => {
  let time = 1_000;
  t.mock.method(performance, "now", () => time);
  const { fetch } = streaming([delta("a"), delta("b"), ending]);
  const stream = createClient(through(fetch, { timeouts: { stallMs: 100 }, retry: { maxAttempts: 1 } })).stream(question);
  for await (const _ of stream) time += 300;
  assert.equal((await stream.outcome).status, "complete");
});
