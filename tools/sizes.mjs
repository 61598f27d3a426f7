// What the npm package weighs, part by part, gzipped: node tools/sizes.mjs
//
// A part over its limit is a failure. A limit stands a little above what was reached, so that nothing grows unseen:
// the tenth that it leaves is for a compiler whose own library was not built for size. The aim is where it has to come.

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const KIB = 1024;
/** Parts, as they travel: the file of each entry, or the module and the entry beside it. In KiB. */
const PARTS = [
  { part: "client, four wires", files: ["client.js"], limit: 286, aim: 70 },
  { part: "client and createFetch", files: ["index.js"], limit: 450, aim: 100 },
  { part: "client, for Workers", files: ["client.workerd.js", "client.wasm"], limit: 276, aim: 70 },
  { part: "client and createFetch, for Workers", files: ["index.workerd.js", "tokenwire.wasm"], limit: 437, aim: 100 },
  { part: "  of that the module", files: ["tokenwire.wasm"] },
  { part: "  of that TypeScript and glue", files: ["index.workerd.js"], limit: 9 },
  { part: "provider for the AI SDK, beside the client", files: ["ai-sdk.js"], limit: 7 },
  { part: "simulated provider", files: ["testing.js"], limit: 54 },
];

const bytes = (name) => readFileSync(new URL(`../pkg/dist/${name}`, import.meta.url));
let isOver = false;
console.log("| part | bytes | gzipped KiB | limit KiB | aim KiB |\n| --- | --- | --- | --- | --- |");
for (const { part, files, limit, aim } of PARTS) {
  const raw = files.reduce((sum, name) => sum + bytes(name).length, 0);
  const gzipped = files.reduce((sum, name) => sum + gzipSync(bytes(name), { level: 9 }).length, 0) / KIB;
  const over = limit !== undefined && gzipped > limit;
  isOver ||= over;
  console.log(`| ${part} | ${raw} | ${gzipped.toFixed(1)} | ${limit ?? ""}${over ? ": OVER" : ""} | ${aim ?? ""} |`);
}
process.exitCode = isOver ? 1 : 0;
