// Official SDKs over `createFetch`, each as it is, before a provider of each wire.
//
// The providers are simulated, in the same process. A row of the table is an SDK, a column the wire of the
// provider behind it; the checks of a cell are those of tests/sdk/checks.mjs, which `serve` passes too.

import assert from "node:assert/strict";
import test from "node:test";

import { applications } from "../../sdk/applications.mjs";
import { table } from "../../sdk/checks.mjs";
import { entry } from "../surface/package.mjs";
import { upstream } from "./upstream.mjs";

const { createFetch } = await entry("index");

const DIALECTS = {
  openai_chat: "openai",
  openai_responses: "openai-responses",
  anthropic: "anthropic",
  gemini: "gemini",
};

test("every SDK works before every provider", { timeout: 120_000 }, async () => {
  const failed = await table(applications, Object.keys(DIALECTS), async (provider) => {
    const { fetch, closed } = upstream();
    const options = { upstream: DIALECTS[provider], apiKey: "k", retry: { baseMs: 1 }, fetch };
    const isOf = (model) => ({ url, body }) => decodeURIComponent(`${url} ${body.model}`).includes(model);
    return { fetch: createFetch(options), closed: (model) => closed(isOf(model)) };
  });
  assert.equal(failed, 0);
});
