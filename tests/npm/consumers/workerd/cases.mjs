import { cpSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { version } from "../project.mjs";
import { report } from "./worker.mjs";

const FILES = new URL("../wrangler/files/", import.meta.url);

const tool = `workerd ${version("workerd")}`;

export const cases = () => [
  { name: "workerd", tool, run: (context) => worker(context, "workerd") },
  { name: "workerd, default entry", tool, run: (context) => worker(context, "default") },
];

async function worker(context, condition) {
  const folder = context.project(context.slug, FILES);
  return await report(folder, modules(folder, condition), context.base);
}

/** The worker, and the package: its entry under the package's name, its other files beside it. */
function modules(folder, condition) {
  const home = join(folder, "node_modules", "tokenwire");
  const { exports } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  const entry = exports["."][condition].replace("./dist/", "");
  const dist = readdirSync(join(home, "dist")).filter((name) => /\.(js|wasm)$/.test(name));
  for (const name of dist) cpSync(join(home, "dist", name), join(folder, name));
  return [
    ["worker.js", "esModule", "worker.js"],
    ["app.mjs", "esModule", "app.mjs"],
    ...dist.map((name) => [name === entry ? "tokenwire" : name, name.endsWith(".js") ? "esModule" : "wasm", name]),
  ];
}
