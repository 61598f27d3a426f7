// A page in a real Chromium, with everything it complains about.

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const EXECUTABLE = process.env.CHROMIUM ?? PLACES.find(existsSync);

/** For a test's options: why it is left out, where Chromium is not here. */
export const withChromium = { skip: EXECUTABLE === undefined && "Chromium is not here (CHROMIUM names one)" };

/** Opens an address; `complaints` holds console errors, exceptions and failed requests. */
export async function openPage(url, options = {}) {
  const profile = mkdtempSync(join(tmpdir(), "tokenwire-chromium-"));
  const args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"];
  const context = await chromium.launchPersistentContext(profile, { executablePath: EXECUTABLE, args, ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("response", (response) => {
    if (response.status() === 404) complaints.push(`404: ${response.url()}`);
  });
  await page.goto(url);
  const close = async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { page, complaints, close };
}
