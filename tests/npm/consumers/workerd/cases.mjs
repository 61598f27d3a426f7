import { cpSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { version } from "../project.mjs";
import { withWorker } from "./worker.mjs";

const FILES = new URL("../wrangler/files/", import.meta.url);

const NAMES = { ".": "tokenwire", "./client": "tokenwire/client" };

/** Before this day a worker has neither weak references nor leave to compile WebAssembly as it starts. */
const OLD = "2024-09-23";
/** How many requests one isolate serves at once. */
const MANY = 20;

const tool = `workerd ${version("workerd")}`;

export const cases = () => [
  { name: "workerd", tool, run: (context) => worker(context, ".", "workerd") },
  { name: `workerd of ${OLD}`, tool, run: (context) => worker(context, ".", "workerd", once, OLD) },
  { name: "workerd, default condition", tool, run: (context) => worker(context, ".", "default") },
  { name: "workerd, tokenwire/client", tool, run: (context) => worker(context, "./client", "workerd") },
  { name: `workerd, ${MANY} at once`, tool, run: (context) => worker(context, ".", "workerd", many) },
];

async function worker(context, entry, condition, ways = once, date = undefined) {
  const folder = context.projectOf(NAMES[entry], context.slug, FILES);
  return await withWorker(folder, modules(folder, entry, condition), (ask) => ways(ask, context), date);
}

const once = (ask, { base }) => ask(base);

/** Requests of one isolate share the module; none may wait for another. */
async function many(ask, { base, slug, check }) {
  const names = Array.from({ length: MANY }, (_, at) => `${slug}-${at}`);
  const one = async (name) => check(await ask(base.replace(slug, name)), name);
  const seen = await Promise.all(names.map(one));
  return `${seen.length} times ${seen[0]}`;
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
