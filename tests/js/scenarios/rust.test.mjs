// The host for Rust programs in WebAssembly, from its module: `tools/scenarios.sh` builds it.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

import { runAll } from "./run-all.mjs";

const glue = pathToFileURL(`${process.env.SCENARIO_RUNNER}/`);
const { initSync, run } = await import(new URL("tokenwire_scenario_runner.js", glue));
initSync({ module: readFileSync(new URL("tokenwire_scenario_runner_bg.wasm", glue)) });

runAll("Rust's driver over WebHost", async (scenario) => JSON.parse(await run(JSON.stringify(scenario))));
