// A simulated provider, for tests in Workers.

import module from "./sim.wasm";
import { once } from "./inline.js";
import { simOver } from "./sim.js";
import * as glue from "./wasm/sim.js";

export const simFetch = simOver(once(() => (glue.initSync({ module }), glue)));

export type { SimFetch, SimOptions } from "./sim.js";
