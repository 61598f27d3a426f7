// Programs that are run, and programs that serve until they are ended.

import { spawn } from "node:child_process";
import { once } from "node:events";

import { DEADLINE_MS } from "./deadline.mjs";

/** Runs a program to its end; gives what it printed. It has to end by itself. */
export async function run(program, args, options = {}) {
  const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const printed = collect(child);
  const timer = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
  const [code, signal] = await once(child, "close");
  clearTimeout(timer);
  if (code === 0) return printed.stdout;
  const said = `${printed.stdout}${printed.stderr}`;
  throw new Error(`${program} ${args.join(" ")}: ended with ${signal ?? code}\n${said}`);
}

/** Starts a program that serves; `ready` finds in what it prints, or in its control pipe, where. */
export async function serve(program, args, ready, options = {}) {
  const child = spawn(program, args, { ...options, detached: true, stdio: ["ignore", "pipe", "pipe", "pipe"] });
  const printed = collect(child);
  // The whole group: such programs have children of their own.
  const kill = () => process.kill(-child.pid, "SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, "close");
    kill();
    await closed;
  };
  const said = () => `${printed.control}${printed.stdout}${printed.stderr}`;
  const timer = setTimeout(stop, DEADLINE_MS);
  const found = await new Promise((resolve) => {
    const look = () => ready(said()) !== undefined && resolve(ready(said()));
    for (const pipe of [child.stdout, child.stderr, child.stdio[3]]) pipe.on("data", look);
    child.on("close", () => resolve(undefined));
  });
  clearTimeout(timer);
  if (found !== undefined) return { ...found, said, stop };
  throw new Error(`${program} ${args.join(" ")}: does not serve\n${said()}`);
}

function collect(child) {
  const printed = { stdout: "", stderr: "", control: "" };
  const into = (name) => (data) => (printed[name] += data);
  child.stdout.on("data", into("stdout"));
  child.stderr.on("data", into("stderr"));
  child.stdio[3]?.on("data", into("control"));
  return printed;
}
