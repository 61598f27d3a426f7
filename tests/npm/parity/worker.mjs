// The worker of workerd: `/?batch=ADDRESS` plays that batch.

import full from "./full.wasm";
import sim from "./sim.wasm";

import { compared, start } from "./parity.mjs";

start({ full, sim });

export default {
  async fetch(request) {
    return Response.json(await compared(new URL(request.url).searchParams.get("batch")));
  },
};
