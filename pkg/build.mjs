// Builds the package: node build.mjs MODULE.wasm BINDGEN
//
// MODULE.wasm is what cargo built, BINDGEN the program of tools/bindgen. tools/package.sh calls this.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const [module, bindgen] = process.argv.slice(2);
if (bindgen === undefined) throw new Error("expected MODULE.wasm and the bindgen program");
const here = dirname(fileURLToPath(import.meta.url));
const at = (...names) => join(here, ...names);
const glue = at("src", "wasm");
const wasm = join(glue, "tokenwire_wasm_bg.wasm");

for (const folder of [glue, at("dist")]) rmSync(folder, { recursive: true, force: true });
execFileSync(bindgen, [module, glue], { stdio: "inherit" });
const optimize = join(dirname(fileURLToPath(import.meta.resolve("binaryen"))), "bin", "wasm-opt");
execFileSync(process.execPath, [optimize, "-Oz", wasm, "-o", wasm], { stdio: "inherit" });

mkdirSync(at("dist"), { recursive: true });
cpSync(wasm, at("dist", "tokenwire.wasm"));
const common = { bundle: true, format: "esm", target: "es2022", minify: true, legalComments: "none", logLevel: "warning" };
await build({
  ...common,
  entryPoints: [at("src", "index.ts")],
  outfile: at("dist", "index.js"),
  loader: { ".wasm": "base64" },
  platform: "browser",
});
const external = {
  name: "external wasm",
  setup: (b) => b.onResolve({ filter: /\/tokenwire\.wasm$/ }, ({ path }) => ({ path, external: true })),
};
await build({
  ...common,
  entryPoints: [at("src", "index.workerd.ts")],
  outfile: at("dist", "index.workerd.js"),
  plugins: [external],
});
execFileSync(at("node_modules", ".bin", "tsc"), ["-p", at()], { stdio: "inherit" });
