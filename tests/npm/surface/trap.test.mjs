// What happens where the machine itself breaks. No input does that, so it is handed an address outside of its
// memory here.

import assert from "node:assert/strict";
import test from "node:test";

import { entry } from "./package.mjs";
import { delta, ending, question, streaming, through } from "./provider.mjs";

let isBroken = false;
const { Instance } = WebAssembly;
WebAssembly.Instance = function (module, imports) {
  const { exports } = new Instance(module, imports);
  const astray = (machine, ...rest) => exports.machine_chunk(isBroken ? 0xffff_fff0 : machine, ...rest);
  return { exports: { ...exports, machine_chunk: astray } };
};
const { createClient, InternalError } = await entry("index");

test("a machine that traps rejects with a clear error, and later calls work", async () => {
  const { fetch, seen } = streaming([delta("a"), delta("b"), ending]);
  const stream = createClient(through(fetch)).stream(question);
  assert.equal((await stream.next()).value.type, "start");
  isBroken = true;
  const error = await stream.text().then(assert.fail, (error) => error);
  isBroken = false;
  assert.ok(error instanceof InternalError, `${error}`);
  assert.match(error.message, /^the machine failed, which is a fault of tokenwire: memory access out of bounds/);
  assert.ok(error.cause instanceof WebAssembly.RuntimeError);
  assert.ok(seen.isClosed);
  const later = createClient(through(streaming([delta("c"), ending]).fetch));
  assert.equal(await later.stream(question).text(), "c");
});
