// A simulated provider, for tests.

import { decoded, once } from "./inline.js";
import { simOver } from "./sim.js";
import * as glue from "./wasm/sim.js";
import base64 from "./wasm/sim_bg.wasm";

/** A `fetch` that is a provider of all four wires, and fails as told. */
export const simFetch = simOver(once(() => (glue.initSync({ module: decoded(base64) }), glue)));

export type { SimFetch, SimOptions } from "./sim.js";
