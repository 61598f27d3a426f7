// Runs the program `tokenwire`: TOKENWIRE names it, else cargo builds it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import readline from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LIMIT_MS = 60_000;

/** Starts a command that listens; gives its address, and its lines on standard error as they come. */
export async function start(args, environment = {}) {
  const [command, before] = process.env.TOKENWIRE
    ? [process.env.TOKENWIRE, []]
    : ["cargo", ["run", "-q", "-p", "tokenwire", "--"]];
  const child = spawn(command, [...before, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines = [];
  readline.createInterface({ input: child.stderr }).on("line", (line) => {
    lines.push(line);
    child.emit("told");
  });
  const greetings = readline.createInterface({ input: child.stdout });
  const [greeting] = await Promise.race([once(greetings, "line"), once(child, "exit").then(() => [])]);
  const url = greeting?.match(/http:\/\/\S+/)?.[0];
  if (!url) throw new Error(`${args[0]} does not listen: ${greeting ?? lines.join("\n")}`);
  return { url, lines, told: (test) => told(child, lines, test), stop: () => child.kill() };
}

/** Waits for a line of which `test` is true. */
async function told(child, lines, test) {
  const signal = AbortSignal.timeout(LIMIT_MS);
  while (!lines.some(test)) await once(child, "told", { signal });
}
