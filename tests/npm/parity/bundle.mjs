// What the hosts run: the machine's glue and the comparison as one script, the modules beside it, and the cases.

import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const wasm = join(here, "..", "..", "..", "pkg", "src", "wasm");

/** The page of a browser: `/?batch=ADDRESS` plays the batch at that address. */
const PAGE = `<!doctype html><meta charset="utf-8"><title>parity</title><script type="module">
import { compared, start } from "./parity.mjs";
const compiled = (name) => WebAssembly.compileStreaming(fetch(name));
start({ full: await compiled("full.wasm"), sim: await compiled("sim.wasm") });
globalThis.report = await compared(new URL(location.href).searchParams.get("batch"));
</script>
`;

/** Writes it all into a folder; the cases are below `cases/` in it. */
export async function bundle(folder, cases) {
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
  writeFileSync(join(folder, "altered.jsonl"), altered(cases));
  symlinkSync(resolve(cases), join(folder, "cases"));
}

/** A case as it is, and the same with a letter of its transcript changed. */
function altered(cases) {
  const [first] = readFileSync(join(cases, "sim-000.jsonl"), "utf8").split("\n", 1);
  const wrong = JSON.parse(first);
  wrong.transcript[0] = wrong.transcript[0].replace("https", "httpz");
  return `${first}\n${JSON.stringify(wrong)}\n`;
}
