import assert from "node:assert/strict";

import { createClient } from "tokenwire";
import { simFetch } from "tokenwire/testing";

const fetch = simFetch({ plan: "429 retry-after-ms=1; cut@40" });
const retry = { baseMs: 1, onBreak: "discard" };
const client = createClient({ providers: { anthropic: { apiKey: "key" } }, retry, fetch });
const stream = client.stream({ model: "m", messages: [{ role: "user", content: "Hi" }] });
const text = await stream.text();
const { attempts, status } = await stream.outcome;
assert.equal(status, "complete");
assert.deepEqual(attempts.map((attempt) => attempt.status), [429, 200, 200]);
assert.equal(attempts[1].failure.kind, "connection");
console.log(JSON.stringify(`429, cut, then ${text.length} letters of a simulated provider`));
