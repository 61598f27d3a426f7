// Workers: they refuse to compile bytes at run time, and give an imported module as it is.

import module from "./tokenwire.wasm";
import { clientOver } from "./client.js";
import { fetchOver } from "./fetch.js";
import { once } from "./inline.js";
import * as glue from "./wasm/full.js";

const wasm = once(() => (glue.initSync({ module }), glue));

export const createClient = clientOver(wasm);
export const createFetch = fetchOver(wasm);

export * from "./surface.js";
export * from "./relaying.js";
