// An example's own server, running.

import process from "node:process";

import { serve } from "../consumers/process.mjs";

/** Runs `server.mjs` of an example, with nothing in its environment but this. */
export function serveExample(installed, name, environment = {}) {
  const env = { PATH: process.env.PATH, ...environment };
  return serve(process.execPath, [installed.example(name, "server.mjs")], ready, { env });
}

/** The address that it prints. */
function ready(said) {
  const found = /(http:\/\/\S+)\n/.exec(said);
  return found === null ? undefined : { url: found[1] };
}
