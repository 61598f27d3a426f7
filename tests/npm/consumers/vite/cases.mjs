import { cpSync } from "node:fs";
import { join } from "node:path";

import { PAGE } from "../bundled.mjs";
import { withFiles } from "../chromium.mjs";

/** The newest, and the one before, which bundles with esbuild and rollup. */
const VITES = [await import("vite"), await import("vite7")];

export const cases = () =>
  VITES.flatMap((vite) => [
    { name: `Vite ${major(vite)} build`, tool: `vite ${vite.version}`, run: (context) => built(vite, context) },
    { name: `Vite ${major(vite)} dev`, tool: `vite ${vite.version}`, run: (context) => developed(vite, context) },
    { name: `Vite ${major(vite)} tokenwire/bare`, tool: `vite ${vite.version}`, run: (context) => bare(vite, context) },
  ]);

const major = ({ version }) => version.split(".")[0];

const config = (root) => ({ root, configFile: false, logLevel: "error" });

const built = (vite, context) => shown(vite, context, context.project(context.slug, PAGE));

/** The module as an asset of its own, whose address the bundler knows. */
function bare(vite, context) {
  const folder = context.project(context.slug, PAGE);
  cpSync(new URL("files/main.js", import.meta.url), join(folder, "main.js"));
  return shown(vite, context, folder);
}

async function shown({ build }, context, folder) {
  await build(config(folder));
  return await withFiles(join(folder, "dist"), (url) => context.chromium.report(`${url}/?base=${context.base}`));
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
