// What a bundler made for a page, in a page.

import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

import { withFiles } from "./chromium.mjs";

/** The page that loads `main.js`, and the source of it. */
export const PAGE = new URL("page/", import.meta.url);

/** Opens the page over a bundle `main.js` in the folder. */
export function opened({ chromium, base }, folder) {
  cpSync(fileURLToPath(new URL("index.html", PAGE)), join(folder, "index.html"));
  return withFiles(folder, (url) => chromium.report(`${url}/?base=${base}`));
}
