import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import process from "node:process";
import { after, before, test } from "node:test";

import { run, serve } from "../consumers/process.mjs";
import { toolFile } from "../consumers/project.mjs";
import { ANSWER } from "./answer.mjs";
import { openPage, withChromium } from "./chromium.mjs";
import { install } from "./installed.mjs";
import { startProvider } from "./provider.mjs";

const VITE = toolFile("vite", "bin", "vite.js");

let installed;
before(() => (installed = install(["@types/node", "typescript", "vite"])));
after(() => installed.remove());

test("the app's types are right", async () => {
  await run(process.execPath, [toolFile("typescript", "bin", "tsc"), "-p", "."], options({}));
});

test("the built page shows a simulated answer without a key", withChromium, async () => {
  await run(process.execPath, [VITE, "build"], options({}));
  // The simulated provider is a file of its own, which a page with a back end never loads.
  assert.ok(readdirSync(installed.example("vite", "dist", "assets")).some((name) => name.startsWith("testing-")));
  await withPage(["preview"], {}, async ({ page, complaints }) => {
    await page.click("text=Ask");
    await page.waitForFunction(() => /2 attempts/.test(document.querySelector("#note").textContent));
    assert.match(await page.textContent("#answer"), ANSWER);
    assert.deepEqual(complaints, []);
  });
});

test("the development server keeps the key", withChromium, async () => {
  const provider = await startProvider(await installed.sim(), { plan: "503" });
  const keys = { OPENAI_API_KEY: "secret", OPENAI_BASE_URL: `${provider.url}/v1` };
  try {
    await withPage([], keys, async ({ page, complaints }) => {
      await page.click("text=Ask");
      await page.waitForFunction(() => /2 attempts/.test(document.querySelector("#note").textContent));
      assert.match(await page.textContent("#answer"), ANSWER);
      assert.deepEqual(provider.answers.map(({ status, key }) => [status, key]), [[503, "secret"], [200, "secret"]]);
      assert.deepEqual(complaints.filter((it) => !it.includes("503")), []);
    });
  } finally {
    provider.close();
  }
});

function options(keys) {
  const { PATH } = process.env;
  return { cwd: installed.example("vite"), env: { PATH, NO_COLOR: "1", ...keys } };
}

async function withPage(command, keys, use) {
  const ready = (said) => {
    const found = /(http:\/\/127\.0\.0\.1:\d+\/)/.exec(said);
    return found === null ? undefined : { url: found[1] };
  };
  // No port that somebody else has: Vite goes on to the next one.
  const args = [VITE, ...command, "--host", "127.0.0.1"];
  const server = await serve(process.execPath, args, ready, options(keys));
  const { close, ...opened } = await openPage(server.url);
  try {
    await use(opened);
  } finally {
    await close();
    await server.stop();
  }
}
