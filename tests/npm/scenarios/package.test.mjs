// The package's own driver, through its public surface.

import { entry } from "../surface/package.mjs";
import { runAll } from "./run-all.mjs";

const { createClient, createFetch } = await entry("index");

const NO_TIMEOUTS = { headMs: 0, firstEventMs: 0, stallMs: 0 };

runAll("the package's driver", (scenario, environment) => {
  const { options = {}, call } = scenario;
  const calling = { ...options, timeouts: { ...NO_TIMEOUTS, ...options.timeouts }, fetch: environment.fetch };
  return call.incoming ? answered(scenario, environment, calling) : called(scenario, environment, calling);
}, shown);

/**
 * Whole answers come without events, an aborted `fetch` gives its caller nothing more, and an error tells SDKs that
 * it was tried again already.
 */
function shown({ call, caller, expect }) {
  if (call.whole) return { ...expect, events: [] };
  if (call.incoming === undefined) return expect;
  const headers = { ...expect.head.headers, ...(expect.head.status >= 400 && { "x-should-retry": "false" }) };
  const seen = { ...expect, head: { ...expect.head, headers } };
  if (caller?.cancel_at_ms === undefined) return seen;
  return { ...seen, pieces: expect.pieces.filter(({ at_ms }) => at_ms < caller.cancel_at_ms) };
}

/** A call of the client's. */
async function called({ call, caller = {} }, environment, calling) {
  const tw = createClient({ ...calling, providers: { [call.provider]: { apiKey: "test-key" } } });
  if (call.whole) {
    const outcome = await tw.complete(call.request).catch((error) => error.outcome);
    return { events: [], ended_ms: environment.now(), outcome };
  }
  const stream = tw.stream(call.request);
  if (caller.cancel_at_ms !== undefined) environment.at(caller.cancel_at_ms, () => stream.cancel());
  const events = [];
  const left = caller.drop_after_events;
  try {
    for await (const event of stream) {
      events.push({ at_ms: environment.now(), event });
      if (events.length === left) break;
    }
  } catch (error) {
    if (error.outcome === undefined) throw error;
  }
  if (left !== undefined) return { events, outcome: null };
  return { events, ended_ms: environment.now(), outcome: await stream.outcome };
}

/** An application's request. */
async function answered({ call, caller = {} }, environment, calling) {
  const { wire, path, body, model } = call.incoming;
  let outcome;
  let ended_ms;
  const onOutcome = (came) => ([outcome, ended_ms] = [came, environment.now()]);
  const relay = createFetch({ ...calling, upstream: call.provider, apiKey: "test-key", model, onOutcome });
  const abort = new AbortController();
  if (caller.cancel_at_ms !== undefined) environment.at(caller.cancel_at_ms, () => abort.abort());
  const init = { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body), signal: abort.signal };
  const response = await relay(`https://${wire}.test${path}`, init);
  const head = { at_ms: environment.now(), status: response.status, headers: Object.fromEntries(response.headers) };
  const pieces = [];
  let is_broken = false;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((error) => ((is_broken = error.name !== "AbortError"), { done: true }));
    if (done) break;
    const at_ms = environment.now();
    if (pieces.at(-1)?.at_ms === at_ms) pieces.at(-1).text += value;
    else pieces.push({ at_ms, text: value });
  }
  return { head, pieces, is_broken, ended_ms, outcome };
}
