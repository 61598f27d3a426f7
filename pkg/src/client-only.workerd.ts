// The client alone, for Workers.

import module from "./client.wasm";
import { clientOver } from "./client.js";
import { once } from "./inline.js";
import * as glue from "./wasm/client.js";

const wasm = once(() => (glue.initSync({ module }), glue));

export const createClient = clientOver(wasm);

export * from "./surface.js";
