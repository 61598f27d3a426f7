// A real Chromium that opens pages from loopback.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";

import { chromium } from "playwright-core";

import { DEADLINE_MS, inTime } from "./deadline.mjs";
import { LeftOut } from "./left_out.mjs";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Root may not use the sandbox; containers have little shared memory. */
const FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"];

const TYPES = { ".css": "text/css", ".html": "text/html", ".wasm": "application/wasm" };

/** The browser, started when the first page is opened. */
export function lazyChromium() {
  let started;
  const context = async () => {
    const executablePath = process.env.CHROMIUM ?? PLACES.find(existsSync);
    if (executablePath === undefined) throw new LeftOut("Chromium is not here (CHROMIUM names one)");
    const profile = mkdtempSync(join(tmpdir(), "tokenwire-chromium-"));
    const opened = await chromium.launchPersistentContext(profile, { executablePath, args: FLAGS });
    return { opened, profile, version: opened.browser()?.version() };
  };
  const start = () => (started ??= context());
  /** What the page at the address leaves as `report`. */
  const report = async (url) => {
    const { opened } = await start();
    const page = await opened.newPage();
    const said = [];
    page.on("console", (message) => said.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => said.push(`page: ${error.message}`));
    page.on("requestfailed", (failed) => said.push(`request: ${failed.url()} ${failed.failure()?.errorText}`));
    try {
      await page.goto(url);
      await page.waitForFunction(() => globalThis.report !== undefined, undefined, { timeout: DEADLINE_MS });
      return await inTime(page.evaluate(() => globalThis.report), "the page");
    } catch (error) {
      throw new Error([error.message, ...said].join("\n"), { cause: error });
    } finally {
      await page.close();
    }
  };
  const close = async () => {
    const browser = await started?.catch(() => undefined);
    await browser?.opened.close();
    if (browser !== undefined) rmSync(browser.profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { report, close, version: async () => (await start()).version };
}

/** Serves a folder's files to a page for as long as `use` takes. */
export async function withFiles(folder, use) {
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://files");
    const path = join(folder, pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    if (!existsSync(path)) return response.writeHead(404).end();
    response.setHeader("content-type", TYPES[extname(path)] ?? "text/javascript");
    return response.end(readFileSync(path));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    return await use(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
