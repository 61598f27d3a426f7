import { TokenwireError, createClient } from "tokenwire";

import { run } from "./app.mjs";

const base = new URLSearchParams(location.search).get("base");
globalThis.report = run({ createClient, TokenwireError }, base);
