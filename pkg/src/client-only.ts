// The client alone, smaller by what translates.

import { clientOver } from "./client.js";
import { decoded, once } from "./inline.js";
import * as glue from "./wasm/client.js";
import base64 from "./wasm/client_bg.wasm";

const wasm = once(() => (glue.initSync({ module: decoded(base64) }), glue));

/** A client of the providers that the options name. */
export const createClient = clientOver(wasm);

export * from "./surface.js";
