// The host for Rust programs in WebAssembly, from its module: `tools/scenarios.sh` builds it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { Environment } from "./environment.mjs";
import { runAll } from "./run-all.mjs";

const glue = pathToFileURL(`${process.env.SCENARIO_RUNNER}/`);
const { initSync, run } = await import(new URL("tokenwire_scenario_runner.js", glue));
initSync({ module: readFileSync(new URL("tokenwire_scenario_runner_bg.wasm", glue)) });

runAll("Rust's driver over WebHost", async (scenario) => JSON.parse(await run(JSON.stringify(scenario))));

// What a browser or a poor surrounding does, and the simulated host has no word for.

const call = { provider: "anthropic", request: { model: "sim-1", messages: [{ role: "user", content: "Hi." }] } };
const options = { retry: { maxAttempts: 1 } };

/** The failure of a call that is made in an environment with another `fetch`. */
async function failureWith(fetch) {
  const scenario = { about: "", call, options, upstream: [] };
  const { outcome } = await new Environment(scenario).run(async () => {
    globalThis.fetch = fetch;
    return JSON.parse(await run(JSON.stringify(scenario)));
  });
  return outcome.failure;
}

test("a redirect that a browser hides is a failure", async () => {
  const hidden = Object.defineProperty(new Response(null), "type", { value: "opaqueredirect" });
  const { kind, message } = await failureWith(async () => hidden);
  assert.deepEqual([kind, message], ["invalid_request", "the provider redirects to another address"]);
});

test("a response without a body is an empty one", async () => {
  const { message } = await failureWith(async () => new Response(null));
  assert.equal(message, "the response ended before message_stop");
});

test("what fetch throws is told with its cause", async () => {
  const refused = new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") });
  assert.equal((await failureWith(() => Promise.reject(refused))).message, "fetch failed: connect ECONNREFUSED");
  assert.equal((await failureWith(() => Promise.reject("a word"))).message, "a word");
  assert.match((await failureWith(() => Promise.reject(null))).message, /null/);
  const broken = () => {
    throw new TypeError("at once");
  };
  assert.equal((await failureWith(broken)).message, "at once");
  assert.match((await failureWith(undefined)).message, /fetch is not a function/);
});

test("a chunk that is no bytes breaks the body", async () => {
  const words = new ReadableStream({ start: (controller) => controller.enqueue("words") });
  const { kind } = await failureWith(async () => ({ headers: new Headers(), status: 200, type: "basic", body: words }));
  assert.equal(kind, "connection");
});

test("without a clock of its own and without crypto the wall clock and Math.random serve", async () => {
  const { performance, crypto } = globalThis;
  const poor = await import(new URL("tokenwire_scenario_runner.js?poor", glue));
  poor.initSync({ module: readFileSync(new URL("tokenwire_scenario_runner_bg.wasm", glue)) });
  const scenario = JSON.parse(readFileSync(new URL("../../scenarios/plain_stream.json", import.meta.url), "utf8"));
  const { outcome } = await new Environment(scenario).run(async () => {
    for (const name of ["performance", "crypto"]) {
      Object.defineProperty(globalThis, name, { value: undefined, configurable: true, writable: true });
    }
    try {
      return JSON.parse(await poor.run(JSON.stringify(scenario)));
    } finally {
      Object.assign(globalThis, { performance, crypto });
    }
  });
  assert.deepEqual(outcome, scenario.expect.outcome);
});
