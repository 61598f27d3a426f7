import { TokenwireError, createClient } from "tokenwire";

import { run } from "./app.mjs";

console.log(JSON.stringify(await run({ createClient, TokenwireError }, process.argv[2])));
