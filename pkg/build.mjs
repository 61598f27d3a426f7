// Builds the package: node build.mjs MODULES BINDGEN [--quick]
//
// MODULES holds full.wasm, client.wasm and sim.wasm as cargo built them, BINDGEN is the program of
// tools/bindgen. tools/package.sh calls this.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, deflateRawSync } from "node:zlib";
import { build } from "esbuild";

const [modules, bindgen, quick] = process.argv.slice(2);
if (bindgen === undefined) throw new Error("expected a folder of modules and the bindgen program");
const here = dirname(fileURLToPath(import.meta.url));
const at = (...names) => join(here, ...names);
const dist = at("dist");
const optimizer = join(dirname(fileURLToPath(import.meta.resolve("binaryen"))), "bin", "wasm-opt");

for (const folder of [at("src", "wasm"), dist]) rmSync(folder, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

/** Makes a module's glue, and the module small. */
function module(name, published) {
  const glue = at("src", "wasm");
  const wasm = join(glue, `${name}_bg.wasm`);
  execFileSync(bindgen, [join(modules, `${name}.wasm`), glue], { stdio: "inherit" });
  if (!quick) execFileSync(process.execPath, [optimizer, "-Oz", wasm, "-o", wasm], { stdio: "inherit" });
  cpSync(wasm, join(dist, published));
}
module("full", "tokenwire.wasm");
module("client", "client.wasm");
module("sim", "sim.wasm");

// Text in base64 cannot be compressed any more on its way, so what it stands for is compressed before.
const inlined = {
  name: "inlined modules",
  setup: (b) =>
    b.onLoad({ filter: /_bg\.wasm$/ }, ({ path }) => {
      const options = { level: constants.Z_BEST_COMPRESSION, memLevel: constants.Z_MAX_MEMLEVEL };
      return { contents: deflateRawSync(readFileSync(path), options), loader: "base64" };
    }),
};

// Modules that an entry imports from beside it stay where they are.
const beside = {
  name: "modules beside",
  setup: (b) => b.onResolve({ filter: /^\.\/\w+\.wasm$/ }, ({ path }) => ({ path, external: true })),
};
const entries = {
  index: "index.ts",
  "index.workerd": "index.workerd.ts",
  client: "client-only.ts",
  "client.workerd": "client-only.workerd.ts",
  bare: "bare.ts",
  "ai-sdk": "ai-sdk.ts",
  testing: "testing.ts",
  "testing.workerd": "testing.workerd.ts",
};
for (const [out, source] of Object.entries(entries)) {
  await build({
    bundle: true,
    format: "esm",
    target: "es2022",
    platform: "browser",
    minify: true,
    // An error that nobody catches prints the line it was thrown from.
    lineLimit: 120,
    legalComments: "none",
    logLevel: "warning",
    plugins: [beside, inlined],
    // One client for all that import it, in whatever form the conditions choose.
    external: ["tokenwire/client"],
    entryPoints: [at("src", source)],
    outfile: join(dist, `${out}.js`),
  });
}
execFileSync(at("node_modules", ".bin", "tsc"), ["-p", at()], { stdio: "inherit" });
