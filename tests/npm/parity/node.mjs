// The program of Node: plays the batch at each address that it is told, and tells the report.

import { readFileSync } from "node:fs";

import { compared, start } from "./parity.mjs";

const compiled = (name) => new WebAssembly.Module(readFileSync(new URL(name, import.meta.url)));
start({ full: compiled("full.wasm"), sim: compiled("sim.wasm") });

process.on("message", async (batch) => process.send(await compared(batch)));
