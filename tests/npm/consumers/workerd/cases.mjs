import { cpSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { version } from "../project.mjs";
import { report } from "./worker.mjs";

const FILES = new URL("../wrangler/files/", import.meta.url);

const NAMES = { ".": "tokenwire", "./client": "tokenwire/client" };

const tool = `workerd ${version("workerd")}`;

export const cases = () => [
  { name: "workerd", tool, run: (context) => worker(context, ".", "workerd") },
  { name: "workerd, default condition", tool, run: (context) => worker(context, ".", "default") },
  { name: "workerd, tokenwire/client", tool, run: (context) => worker(context, "./client", "workerd") },
];

async function worker(context, entry, condition) {
  const folder = context.projectOf(NAMES[entry], context.slug, FILES);
  return await report(folder, modules(folder, entry, condition), context.base);
}

/** The worker, and the package: its entry under the name that is imported, its other files beside it. */
function modules(folder, entry, condition) {
  const home = join(folder, "node_modules", "tokenwire");
  const { exports } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  const main = exports[entry][condition].replace("./dist/", "");
  const dist = readdirSync(join(home, "dist")).filter((name) => /\.(js|wasm)$/.test(name));
  // Beside it is one level further down for an entry whose name has a slash.
  const beside = NAMES[entry].replace(/[^/]+$/, "");
  for (const name of dist) cpSync(join(home, "dist", name), join(folder, name));
  return [
    ["worker.js", "esModule", "worker.js"],
    ["app.mjs", "esModule", "app.mjs"],
    ...dist.map((name) => [
      name === main ? NAMES[entry] : `${beside}${name}`,
      name.endsWith(".js") ? "esModule" : "wasm",
      name,
    ]),
  ];
}
