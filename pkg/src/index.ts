// Every bundler, browsers without one, Node, Deno and Bun: the module is in this file.

import { clientOver } from "./client.js";
import { fetchOver } from "./fetch.js";
import { decoded, once } from "./inline.js";
import * as glue from "./wasm/full.js";
import base64 from "./wasm/full_bg.wasm";

const wasm = once(() => (glue.initSync({ module: decoded(base64) }), glue));

/** A client of the providers that the options name. */
export const createClient = clientOver(wasm);

/** A `fetch` for SDKs: they speak their own wire, and any of the four answers. */
export const createFetch = fetchOver(wasm);

export * from "./surface.js";
export * from "./relaying.js";
