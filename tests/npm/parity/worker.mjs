// The worker of workerd: `/?base=ADDRESS` plays the batch at that address.

import full from "./full.wasm";
import sim from "./sim.wasm";

import { compared, start } from "./parity.mjs";

start({ full, sim });

export default {
  async fetch(request) {
    return Response.json(await compared(new URL(request.url).searchParams.get("base")));
  },
};
