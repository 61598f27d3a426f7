import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { ANSWER } from "./answer.mjs";
import { openPage, withChromium } from "./chromium.mjs";
import { install } from "./installed.mjs";
import { startProvider } from "./provider.mjs";
import { serveExample } from "./served.mjs";

let installed;
before(() => (installed = install()));
after(() => installed.remove());

test("the page shows a simulated answer without a key", withChromium, async () => {
  await withPage({}, async ({ page, complaints }) => {
    await page.click("text=Ask");
    await page.waitForFunction(() => /2 attempts/.test(document.querySelector("#note").textContent));
    assert.match(await page.textContent("#answer"), ANSWER);
    assert.deepEqual(complaints.filter((it) => !it.includes("429")), []);
  });
});

test("the key stays in the back end", withChromium, async () => {
  const provider = await startProvider(await installed.sim(), {});
  try {
    await withPage({ ANTHROPIC_API_KEY: "secret", ANTHROPIC_BASE_URL: provider.url }, async ({ page, complaints, sent }) => {
      await page.click("text=Ask");
      await page.waitForFunction(() => /1 attempts/.test(document.querySelector("#note").textContent));
      assert.match(await page.textContent("#answer"), ANSWER);
      assert.equal(provider.answers[0].key, "secret");
      const keys = sent.filter((it) => it.url().endsWith("/messages")).map((it) => it.headers()["x-api-key"]);
      assert.match(keys[0], /^[0-9a-f-]{36}$/);
      assert.deepEqual(complaints, []);
    });
  } finally {
    provider.close();
  }
});

test("Stop closes the provider's connection and keeps what had come", withChromium, async () => {
  const provider = await startProvider(await installed.sim(), { plan: "stall@12" });
  try {
    await withPage({ ANTHROPIC_API_KEY: "secret", ANTHROPIC_BASE_URL: provider.url }, async ({ page }) => {
      await page.click("text=Ask");
      await page.waitForFunction(() => document.querySelector("#answer").textContent.startsWith("You said"));
      await page.click("#stop");
      assert.equal(await provider.answers[0].end, "closed early");
      await page.waitForFunction(() => document.querySelector("#note").textContent !== "");
    });
  } finally {
    provider.close();
  }
});

test("the page says so where it gets no token", withChromium, async () => {
  await withPage({}, async ({ page }) => {
    await page.route("**/token", (route) => route.fulfill({ status: 403 }));
    await page.click("text=Ask");
    await page.waitForFunction(() => document.querySelector("#note").textContent === "no token: 403");
    assert.equal(await page.isDisabled("#stop"), true);
  });
});

test("nothing is passed on without a token", async () => {
  await withBackEnd({}, async (url) => {
    const refused = await fetch(`${url}llm/v1/messages`, { method: "POST", headers: { "x-api-key": "made up" }, body: "{}" });
    assert.equal(refused.status, 401);
    assert.equal((await fetch(`${url}../../package.json`)).status, 404);
    assert.equal((await fetch(`${url}tokenwire/%2e%2e/%2e%2e/package.json`)).status, 404);
  });
});

async function withBackEnd(keys, use) {
  const backEnd = await serveExample(installed, "browser", { PORT: "0", ...keys });
  try {
    await use(backEnd.url);
  } finally {
    await backEnd.stop();
  }
}

const withPage = (keys, use) =>
  withBackEnd(keys, async (url) => {
    const { close, ...opened } = await openPage(url);
    const sent = [];
    opened.page.on("request", (request) => sent.push(request));
    try {
      await use({ ...opened, sent });
    } finally {
      await close();
    }
  });
