import assert from "node:assert/strict";
import process from "node:process";
import { after, before, test } from "node:test";

import { run } from "../consumers/process.mjs";
import { toolFile } from "../consumers/project.mjs";
import { ANSWER } from "./answer.mjs";
import { openPage, withChromium } from "./chromium.mjs";
import { install } from "./installed.mjs";
import { serveExample } from "./served.mjs";

let installed, server;
before(async () => {
  installed = install(["typescript"]);
  server = await serveExample(installed, "playground");
});
after(async () => {
  await server.stop();
  installed.remove();
});

test("the playground's types are right", async () => {
  const tsc = toolFile("typescript", "bin", "tsc");
  await run(process.execPath, [tsc, "-p", "."], { cwd: installed.example("playground") });
});

test("a chosen fault shows a countdown, then the whole answer", withChromium, async () => {
  await withPage("", async (page) => {
    await page.check("input[value=openai]", { force: true });
    await page.selectOption("#faults li:nth-child(1) select", "503");
    await page.click("#faults li:nth-child(3) button");
    await page.click("#faults li:nth-child(2) button");
    await page.click("#run");
    await phase(page, "waiting");
    assert.equal(await page.textContent("#headline"), "503: it is overloaded");
    assert.match(await page.textContent("#detail"), /^Attempt 2 of 4 in \d\.\d s\. It asked for 1\.00 s\.$/);
    assert.match(await page.textContent("#seconds"), /^\d\.\d$/);
    await phase(page, "complete");
    assert.match(await page.textContent("#answer"), ANSWER);
    assert.deepEqual(await states(page), ["503: it is overloaded", "Complete"]);
    assert.match(await page.textContent("#figures"), /Tokens out72.*Cost, USD0\.\d+/);
  });
});

test("Responses goes on where the answer was cut", withChromium, async () => {
  await withPage("#faults=cut:9000&baseMs=50&paceMs=2&latencyMs=0", async (page) => {
    await page.click("#run");
    await phase(page, "complete");
    const seam = await page.textContent(".seam");
    assert.equal(seam, "attempt 2 goes on");
    assert.match((await page.textContent("#answer")).replace(seam, ""), ANSWER);
    assert.deepEqual(await states(page), ["The connection broke", "Went on, complete"]);
  });
});

test("what was shown is taken back when an answer starts over", withChromium, async () => {
  await withPage("#wire=anthropic&onBreak=discard&faults=cut:5000&baseMs=50&paceMs=2&latencyMs=0", async (page) => {
    await page.click("#run");
    await phase(page, "complete");
    assert.match(await page.textContent("#answer"), ANSWER);
    assert.match(await page.textContent(".struck"), /^attempt 1, taken back You said/);
  });
});

for (const [faults, wire, said] of [
  ["stall:20", "gemini", "Silence in the middle"],
  ["hang", "openai", "No head in time"],
  ["bad-json:20", "openai", "It sent nonsense"],
  ["error:20", "anthropic", "It is overloaded"],
  ["refused", "openai-responses", "The connection broke"],
  ["429:86400", "gemini", "429: the quota is used up"],
  ["429:900", "openai", "429: too many requests"],
  ["quota", "openai", "429: the quota is used up"],
]) {
  test(`${faults} over ${wire} is said for what it is`, withChromium, async () => {
    const limits = "maxAttempts=1&onBreak=stop&headMs=500&stallMs=500&paceMs=1&latencyMs=0";
    await withPage(`#wire=${wire}&faults=${faults}&${limits}`, async (page) => {
      await page.click("#run");
      await phase(page, "failed");
      assert.deepEqual(await states(page), [said]);
    });
  });
}

test("Escape cancels the call and keeps what had come", withChromium, async () => {
  await withPage("#faults=stall:20&paceMs=1&latencyMs=0", async (page) => {
    await page.click("#run");
    await page.waitForFunction(() => document.querySelector("#answer").textContent.startsWith("You said"));
    await page.keyboard.press("Escape");
    await phase(page, "cancelled");
    assert.match(await page.textContent("#answer"), /^You said/);
  });
});

test("every scene runs to its end, by keyboard alone", withChromium, async () => {
  await withPage("#paceMs=1&latencyMs=0", async (page) => {
    const scenes = await page.locator("#presets button").all();
    for (const scene of scenes) {
      await scene.focus();
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => /complete|failed/.test(document.querySelector("#banner").dataset.phase));
    }
  });
});

test("the address holds the settings, and the code says them", withChromium, async () => {
  await withPage("#wire=gemini&faults=stall:7,503:2&stallMs=1500&thinks=1", async (page) => {
    assert.equal(await page.isChecked("input[value=gemini]"), true);
    assert.equal(await page.inputValue("input[name=stallMs]"), "1500");
    assert.match(await page.textContent("#code"), /simFetch\(\{ plan: "stall@7; 503 retry-after=2; think" \}\)/);
    await page.fill("input[name=stallMs]", "");
    await page.click("#faults li:nth-child(1) button");
    assert.equal(new URL(page.url()).hash, "#faults=503%3A2&wire=gemini&thinks=1");
  });
});

test("everything that can be operated has a name", withChromium, async () => {
  await withPage("", async (page) => {
    const nameless = await page.$$eval("button, input, select, [role=tabpanel], main, section, form", (all) =>
      all
        .filter((it) => {
          const label = it.getAttribute("aria-label") ?? it.getAttribute("aria-labelledby") ?? it.labels?.[0]?.textContent;
          return !(label ?? it.textContent).trim();
        })
        .map((it) => it.outerHTML),
    );
    assert.deepEqual(nameless, []);
  });
});

test("a narrow page does not scroll sideways", withChromium, async () => {
  await withPage("", async (page) => {
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  }, { viewport: { width: 360, height: 700 } });
});

const phase = (page, wanted) =>
  page.waitForFunction((it) => document.querySelector("#banner").dataset.phase === it, wanted);

const states = (page) => page.$$eval("#timeline .state", (all) => all.map(({ textContent }) => textContent));

async function withPage(fragment, use, options) {
  const { page, complaints, close } = await openPage(`${server.url}${fragment}`, options);
  try {
    await use(page);
    assert.deepEqual(complaints, []);
  } finally {
    await close();
  }
}
