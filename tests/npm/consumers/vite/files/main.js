import { TokenwireError, createClient, load } from "tokenwire/bare";
import address from "tokenwire/tokenwire.wasm?url";

import { run } from "./app.mjs";

const base = new URLSearchParams(location.search).get("base");

async function loaded() {
  load(await (await fetch(address)).arrayBuffer());
  return await run({ createClient, TokenwireError }, base);
}

globalThis.report = loaded();
