import { TokenwireError, createClient } from "tokenwire";

import { run } from "./app.mjs";

export default {
  async fetch(request) {
    const base = new URL(request.url).searchParams.get("base");
    try {
      return Response.json(await run({ createClient, TokenwireError }, base));
    } catch (error) {
      return new Response(error.stack, { status: 500 });
    }
  },
};
