import { TokenwireError, createClient } from "tokenwire";

import { run } from "./app.mjs";

export default {
  async fetch(request) {
    const base = new URL(request.url).searchParams.get("base");
    return Response.json(await run({ createClient, TokenwireError }, base));
  },
};
