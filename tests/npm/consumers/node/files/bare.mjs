import { readFileSync } from "node:fs";

import { TokenwireError, createClient, load } from "tokenwire/bare";

import { run } from "./app.mjs";

load(readFileSync(new URL(import.meta.resolve("tokenwire/tokenwire.wasm"))));
console.log(JSON.stringify(await run({ createClient, TokenwireError }, process.argv[2])));
