import { cpSync } from "node:fs";
import { join } from "node:path";

import { PAGE } from "../bundled.mjs";
import { withFiles } from "../chromium.mjs";

/** The newest, and the one before, which bundles with esbuild and rollup. */
const VITES = [await import("vite"), await import("vite7")];

const WAYS = { build: built, dev: developed, "tokenwire/bare": bare };

export const cases = () =>
  VITES.flatMap((vite) => Object.entries(WAYS).map(([what, run]) => inVite(vite, what, run)));

const inVite = (vite, what, run) => ({
  name: `Vite ${vite.version.split(".")[0]} ${what}`,
  tool: `vite ${vite.version}`,
  run: (context) => run(vite, context),
});

const config = (root) => ({ root, configFile: false, logLevel: "error" });

function built(vite, context) {
  return shown(vite, context, context.project(context.slug, PAGE));
}

/** The module as an asset of its own, whose address the bundler knows. */
function bare(vite, context) {
  const folder = context.project(context.slug, PAGE);
  cpSync(new URL("files/main.js", import.meta.url), join(folder, "main.js"));
  return shown(vite, context, folder);
}

async function shown({ build }, context, folder) {
  await build(config(folder));
  const { base, chromium } = context;
  return await withFiles(join(folder, "dist"), (url) => chromium.report(`${url}/?base=${base}`));
}

async function developed({ createServer }, context) {
  const root = context.project(context.slug, PAGE);
  const server = await createServer({ ...config(root), server: { host: "127.0.0.1", port: 0 } });
  try {
    await server.listen();
    const { port } = server.httpServer.address();
    return await context.chromium.report(`http://127.0.0.1:${port}/?base=${context.base}`);
  } finally {
    await server.close();
  }
}
