import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { after, before, test } from "node:test";

import { ANSWER, QUESTION } from "./answer.mjs";
import { install } from "./installed.mjs";
import { startProvider } from "./provider.mjs";

let installed;
before(() => (installed = install()));
after(() => installed.remove());

test("the script prints a simulated answer without a key", async () => {
  const { code, out, err } = await ask({});
  assert.match(out, ANSWER);
  assert.match(err, /attempt 1 failed \(.*\nattempt 2 failed \(.*\n\n\d+ tokens in, \d+ out, 0\.\d+ USD, 3 attempts, \d+ ms\n$/);
  assert.equal(code, 0);
});

for (const [prefix, path] of [
  ["ANTHROPIC", ""],
  ["OPENAI", "/v1"],
  ["GEMINI", "/v1beta"],
]) {
  test(`the script asks the provider of ${prefix}_API_KEY`, async () => {
    const provider = await startProvider(await installed.sim(), { plan: "503" });
    try {
      const { code, out } = await ask({ [`${prefix}_API_KEY`]: "secret", [`${prefix}_BASE_URL`]: provider.url + path });
      assert.match(out, ANSWER);
      assert.deepEqual(provider.answers.map(({ status }) => status), [503, 200]);
      assert.equal(code, 0);
    } finally {
      provider.close();
    }
  });
}

test("an interrupt closes the connection", async () => {
  const provider = await startProvider(await installed.sim(), { plan: "stall@5" });
  try {
    const child = start({ OPENAI_API_KEY: "secret", OPENAI_BASE_URL: `${provider.url}/v1` });
    await once(child.stdout, "data");
    child.kill("SIGINT");
    assert.equal(await provider.answers[0].end, "closed early");
    assert.deepEqual(await once(child, "close"), [1, null]);
  } finally {
    provider.close();
  }
});

function start(keys) {
  const { PATH } = process.env;
  return spawn(process.execPath, [installed.example("node", "ask.mjs"), QUESTION], { env: { PATH, ...keys } });
}

async function ask(keys) {
  const child = start(keys);
  let [out, err] = ["", ""];
  child.stdout.on("data", (data) => (out += data));
  child.stderr.on("data", (data) => (err += data));
  const [code] = await once(child, "close");
  return { code, out, err };
}
