// What the hosts run: the machine's glue and the comparison as one script, and the modules beside it.

import { cpSync, existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const wasm = join(here, "..", "..", "..", "pkg", "src", "wasm");

const PAGE = `<!doctype html><meta charset="utf-8"><title>parity</title><script type="module">
import { compared, start } from "./parity.mjs";
const compiled = (name) => WebAssembly.compileStreaming(fetch(name));
start({ full: await compiled("full.wasm"), sim: await compiled("sim.wasm") });
globalThis.compared = compared;
</script>
`;

/** Writes it all into a folder. */
export async function bundle(folder) {
  if (!existsSync(join(wasm, "full.js"))) throw new Error("the package is not built: tools/package.sh");
  await build({
    bundle: true,
    format: "esm",
    target: "es2022",
    platform: "browser",
    logLevel: "warning",
    entryPoints: [join(here, "compare.mjs")],
    outfile: join(folder, "parity.mjs"),
  });
  for (const name of ["full", "sim"]) cpSync(join(wasm, `${name}_bg.wasm`), join(folder, `${name}.wasm`));
  for (const name of ["node.mjs", "worker.mjs"]) cpSync(join(here, name), join(folder, name));
  writeFileSync(join(folder, "index.html"), PAGE);
}
