// Takes the playground's screenshots: node screenshots.mjs FOLDER (by default the playground's own).
//
// Make them small afterwards: pngquant --force --ext .png FOLDER/*.png

import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

import { openPage } from "./chromium.mjs";
import { install } from "./installed.mjs";
import { serveExample } from "./served.mjs";

const OWN = fileURLToPath(new URL("../../../pkg/examples/playground/screenshots", import.meta.url));
const folder = resolve(process.argv[2] ?? OWN);
mkdirSync(folder, { recursive: true });

const installed = install();
const server = await serveExample(installed, "playground");
const { page, close } = await openPage(server.url, { viewport: { width: 1240, height: 900 }, colorScheme: "light" });
try {
  // The first call compiles the modules; the one in the picture should not.
  await page.click("#presets button:nth-child(2)");
  await reach("complete");
  await page.click("#presets button:nth-child(1)");
  // The last wait: half of the answer is there.
  await page.waitForSelector("#timeline li:nth-child(4)");
  await reach("waiting");
  await page.waitForFunction(() => Number(document.querySelector("#seconds").textContent) < 1.3);
  await page.screenshot({ path: join(folder, "waiting.png") });
  await reach("complete");
  await page.screenshot({ path: join(folder, "complete.png") });
} finally {
  await close();
  await server.stop();
  installed.remove();
}

function reach(phase) {
  return page.waitForFunction((wanted) => document.querySelector("#banner").dataset.phase === wanted, phase);
}
