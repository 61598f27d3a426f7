// The program of Node: plays the batch at an address and prints the report.

import { readFileSync } from "node:fs";

import { compared, start } from "./parity.mjs";

const compiled = (name) => new WebAssembly.Module(readFileSync(new URL(name, import.meta.url)));
start({ full: compiled("full.wasm"), sim: compiled("sim.wasm") });

console.log(JSON.stringify(await compared(process.argv[2])));
