import { readdirSync } from "node:fs";
import { join } from "node:path";

import { node } from "../node/nodes.mjs";
import { run, serve } from "../process.mjs";
import { toolFile, version } from "../project.mjs";
import { asked, withWorker } from "../workerd/worker.mjs";

const FILES = new URL("files/", import.meta.url);
const WRANGLER = toolFile("wrangler", "bin", "wrangler.js");

const tool = `wrangler ${version("wrangler")}`;

export const cases = () => [
  { name: "wrangler dev", tool, run: developed },
  { name: "wrangler deploy --dry-run", tool, run: deployed },
];

/** It keeps nothing outside of the project and tells nobody. */
const options = (folder) => ({
  cwd: folder,
  env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, CI: "true", WRANGLER_SEND_METRICS: "false" },
});

async function developed(context) {
  const { path } = await node(22);
  const folder = context.project(context.slug, FILES);
  const args = [WRANGLER, "dev", "--local", "--ip", "127.0.0.1", "--port", "0"];
  const wrangler = await serve(path, args, ready, options(folder));
  try {
    return await asked(wrangler.url, context.base, wrangler);
  } finally {
    await wrangler.stop();
  }
}

function ready(said) {
  const found = /Ready on (http:\/\/\S+)/.exec(said);
  return found === null ? undefined : { url: found[1] };
}

/** What would be uploaded: the worker, and the WebAssembly as a file of its own. It runs in workerd. */
async function deployed(context) {
  const { path } = await node(22);
  const folder = context.project(context.slug, FILES);
  await run(path, [WRANGLER, "deploy", "--dry-run", "--outdir", "out"], options(folder));
  const out = join(folder, "out");
  const files = readdirSync(out).filter((name) => /\.(js|wasm)$/.test(name));
  const [worker, ...rest] = files.sort((name) => (name === "worker.js" ? -1 : 1));
  const isWhole = rest.length === 1 && rest[0].endsWith(".wasm");
  if (!isWhole) throw new Error(`expected a worker and a .wasm, found ${files}`);
  const modules = [[worker, "esModule", worker], [`./${rest[0]}`, "wasm", rest[0]]];
  return await withWorker(out, modules, (ask) => ask(context.base));
}
