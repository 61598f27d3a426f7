// CPU an event beside the SDKs: node compare.mjs [--check]
//
// A ratio of two processes that run in turns, the best of several rounds each: load on the machine changes both. Where
// the ratio is over its limit, more rounds follow before it counts.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROUNDS = 3;
const MOST_ROUNDS = 12;
/** Of the SDK's CPU, at most so much. */
const LIMITS = { chat: 0.5, responses: 0.5 };

const program = fileURLToPath(new URL("case.mjs", import.meta.url));
const measure = (name) => Number(execFileSync(process.execPath, [program, name, "15", "10000"], { encoding: "utf8" }));

let failed = false;
console.log("µs of CPU an event, 10,000 deltas in chunks of 1 KiB\n");
console.log("| wire | body alone | SDK | tokenwire | ratio |\n| --- | --- | --- | --- | --- |");
for (const wire of ["chat", "responses", "anthropic", "gemini"]) {
  const best = { body: Infinity, sdk: Infinity, tokenwire: Infinity };
  const isOverStill = () => best.tokenwire / best.sdk > (LIMITS[wire] ?? Infinity);
  for (let round = 0; round < ROUNDS || (round < MOST_ROUNDS && isOverStill()); round += 1) {
    for (const client of Object.keys(best)) best[client] = Math.min(best[client], measure(`${wire}/${client}`));
  }
  const ratio = best.tokenwire / best.sdk;
  const isOver = isOverStill();
  failed ||= isOver;
  const limit = LIMITS[wire] ? ` (at most ${LIMITS[wire]}${isOver ? ": OVER" : ""})` : "";
  const shown = Object.values(best).map((us) => us.toFixed(2)).join(" | ");
  console.log(`| ${wire} | ${shown} | ${ratio.toFixed(2)}${limit} |`);
}
process.exitCode = failed && process.argv.includes("--check") ? 1 : 0;
