// The program of Node: plays each batch that it is told, and tells the report.

import { readFileSync } from "node:fs";

import { compared, start } from "./parity.mjs";

const compiled = (name) => new WebAssembly.Module(readFileSync(new URL(name, import.meta.url)));
start({ full: compiled("full.wasm"), sim: compiled("sim.wasm") });

process.on("message", async (address) => process.send(await compared(address)));
