// A worker in a workerd of its own.

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import workerd from "workerd";

import { DEADLINE_MS } from "../deadline.mjs";
import { LeftOut } from "../left_out.mjs";
import { serve } from "../process.mjs";

const PROGRAM = workerd.default;

/** Runs `use` with the address of the worker that the modules make: a module is a name, a kind and a file. */
export async function withWorker(folder, modules, use, date = "2026-01-01") {
  if (!existsSync(PROGRAM)) throw new LeftOut("workerd has no program for this machine");
  const config = join(folder, "config.capnp");
  writeFileSync(config, capnp(modules, date));
  const server = await serve(PROGRAM, ["serve", "--control-fd=3", config], port);
  try {
    return await use((base) => asked(`http://127.0.0.1:${server.port}`, base, server));
  } finally {
    await server.stop();
  }
}

/** The report of the worker at that address. */
export async function asked(url, base, server) {
  const response = await fetch(`${url}/?base=${base}`, { signal: AbortSignal.timeout(DEADLINE_MS) });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}\n${server.said()}`);
  return await response.json();
}

/** Where the socket listens, from the control pipe. */
function port(said) {
  const found = /"event":"listen".*"port":(\d+)/.exec(said);
  return found === null ? undefined : { port: Number(found[1]) };
}

const capnp = (modules, date) => `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [
${modules.map(([name, kind, file]) => `    (name = "${name}", ${kind} = embed "${file}"),`).join("\n")}
  ],
  compatibilityDate = "${date}",
  globalOutbound = "internet",
);
`;
