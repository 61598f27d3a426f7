// Plays batches of cases and compares the transcripts with the native machine's. Runs in every host.

import * as full from "../../../pkg/src/wasm/full.js";
import * as sim from "../../../pkg/src/wasm/sim.js";

import { play } from "./play.mjs";
import { simulated } from "./sim.mjs";

/** More mismatches of a batch than anybody reads. */
const MAX_SHOWN = 20;

/** Starts the machines. Both modules are compiled already: a worker may not compile. */
export function start(modules) {
  full.initSync({ module: modules.full });
  sim.initSync({ module: modules.sim });
}

/** Plays the batch at the address. */
export async function compared(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  const report = { cases: 0, lines: 0, characters: 0, differing: 0, differences: [] };
  for (const line of (await response.text()).split("\n")) if (line !== "") add(report, JSON.parse(line));
  return report;
}

function add(report, wanted) {
  report.cases += 1;
  const difference = differenceOf(wanted, (text) => {
    report.lines += 1;
    report.characters += text.length;
  });
  if (difference === undefined) return;
  report.differing += 1;
  if (report.differences.length < MAX_SHOWN) report.differences.push({ name: wanted.name, ...difference });
}

/** The first line in which a case's transcripts differ. */
function differenceOf(wanted, count) {
  let found;
  try {
    found = play(full, wanted, providerOf(wanted));
  } catch (error) {
    return { line: -1, expected: "a transcript", found: `${error.stack ?? error}` };
  }
  const { transcript } = wanted;
  for (let line = 0; line < Math.max(found.length, transcript.length); line += 1) {
    if (found[line] !== transcript[line]) return { line, expected: transcript[line], found: found[line] };
    count(found[line]);
  }
  return undefined;
}

/** Gives the case's replies in turn. What the simulated provider said it has to say here too. */
function providerOf({ replies, simulated: isSimulated }) {
  const provider = isSimulated ? simulated(sim) : undefined;
  let given = 0;
  return (request, wall) => {
    const reply = replies[given];
    given += 1;
    if (reply === undefined) throw new Error(`request ${given} was not made by the native machine`);
    const [expected, found] = [reply, provider?.(request, wall) ?? reply].map((steps) => JSON.stringify(steps));
    if (expected !== found) throw new Error(`the provider said ${found}, expected ${expected}`);
    return reply;
  };
}
