import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import process from "node:process";
import { after, before, test } from "node:test";

import { run, serve } from "../consumers/process.mjs";
import { toolFile } from "../consumers/project.mjs";
import { ANSWER, QUESTION } from "./answer.mjs";
import { openPage, withChromium } from "./chromium.mjs";
import { install } from "./installed.mjs";
import { node22, withNode22 } from "./node22.mjs";
import { startProvider } from "./provider.mjs";

let installed;
before(() => (installed = install(["@cloudflare/workers-types", "typescript"])));
after(() => installed.remove());

test("the worker's types are right", async () => {
  await run(process.execPath, [toolFile("typescript", "bin", "tsc"), "-p", "."], { cwd: installed.example("worker") });
});

test("the worker streams events and its outcome, through a refusal", withNode22, async () => {
  await withWorker({ plan: "429" }, async ({ url, provider }) => {
    const response = await ask(url, QUESTION);
    assert.equal(response.headers.get("content-type"), "application/x-ndjson");
    const events = (await response.text()).trim().split("\n").map((line) => JSON.parse(line));
    const text = events.map((event) => (event.type === "text_delta" ? event.text : "")).join("");
    assert.match(text, ANSWER);
    assert.equal(events.at(-1).type, "done");
    assert.deepEqual(events.at(-1).attempts.map(({ status }) => status), [429, 200]);
    assert.deepEqual(provider.answers.map(({ key }) => key), ["secret", "secret"]);
    assert.equal((await ask(url, "")).status, 400);
    assert.equal((await ask(url, "x".repeat(2001))).status, 400);
  });
});

test("the first words come before the last are there, and leaving closes the provider's connection", withNode22, async () => {
  await withWorker({ plan: "stall@10" }, async ({ url, provider }) => {
    const response = await ask(url, QUESTION);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let read = "";
    while (!read.includes("text_delta")) read += (await reader.read()).value;
    await reader.cancel();
    assert.equal(await provider.answers[0].end, "closed early");
  });
});

test("the page shows the answer", { skip: withNode22.skip || withChromium.skip }, async () => {
  await withWorker({ plan: "503" }, async ({ url }) => {
    const { page, complaints, close } = await openPage(url);
    try {
      await page.click("button");
      await page.waitForFunction(() => /2 attempts/.test(document.querySelector("#note").textContent));
      assert.match(await page.textContent("#answer"), ANSWER);
      assert.deepEqual(complaints, []);
    } finally {
      await close();
    }
  });
});

const ask = (url, prompt) => fetch(`${url}/ask`, { method: "POST", body: JSON.stringify({ prompt }) });

/** The worker in wrangler's workerd, and its provider. */
async function withWorker(options, use) {
  const provider = await startProvider(await installed.sim(), options);
  const folder = installed.example("worker");
  writeFileSync(`${folder}/.dev.vars`, `ANTHROPIC_API_KEY=secret\nANTHROPIC_BASE_URL=${provider.url}\n`);
  const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, CI: "true", WRANGLER_SEND_METRICS: "false" };
  const args = [toolFile("wrangler", "bin", "wrangler.js"), "dev", "--local", "--ip", "127.0.0.1", "--port", "0"];
  const ready = (said) => {
    const found = /Ready on (http:\/\/\S+)/.exec(said);
    return found === null ? undefined : { url: found[1] };
  };
  const wrangler = await serve(node22, args, ready, { cwd: folder, env });
  try {
    await use({ url: wrangler.url, provider });
  } finally {
    await wrangler.stop();
    provider.close();
  }
}
