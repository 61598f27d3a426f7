// Plays cases in every host and compares their transcripts with those of the native machine:
//
//   cargo run -p tokenwire-tests --bin parity -- CASES [--corpus DIR]
//   node main.mjs CASES [HOST…]
//
// run.sh does both. Hosts are those of hosts.mjs; without any named, all that are here. The package has to be
// built (tools/package.sh), quick or not. Ends with 1 where a transcript differs.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { withFiles } from "../consumers/chromium.mjs";
import { LeftOut } from "../consumers/left_out.mjs";
import { bundle } from "./bundle.mjs";
import { HOSTS } from "./hosts.mjs";

const [cases, ...named] = process.argv.slice(2);
if (cases === undefined) throw new Error("usage: main.mjs CASES [HOST…]");
const unknown = named.find((name) => HOSTS[name] === undefined);
if (unknown !== undefined) throw new Error(`expected some of ${Object.keys(HOSTS)}; found ${unknown}`);

const folder = mkdtempSync(join(tmpdir(), "tokenwire-parity-"));
let failures = 0;
try {
  await bundle(folder, cases);
  await withFiles(folder, async (url) => {
    for (const name of named.length > 0 ? named : Object.keys(HOSTS)) await inHost(name, url);
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failures > 0 ? 1 : 0;

async function inHost(name, url) {
  try {
    await HOSTS[name](folder, url, async (version, play) => {
      const host = { label: `${name} ${version}`, url, play };
      await notices(host);
      for (const kind of ["sim", "recorded"]) await plays(host, kind);
    });
  } catch (error) {
    if (!(error instanceof LeftOut)) throw error;
    console.log(`${name}: left out, ${error.message}`);
  }
}

/** A host that takes what is wrong for right is no witness. */
async function notices({ label, url, play }) {
  const report = await play(`${url}/altered.jsonl`);
  if (report.cases === 2 && report.differing === 1) return;
  failures += 1;
  console.log(`${label}: of a right and a wrong transcript ${report.differing} of ${report.cases} differ`);
}

async function plays({ label, url, play }, kind) {
  const batches = readdirSync(cases).filter((file) => file.startsWith(`${kind}-`));
  if (batches.length === 0) return console.log(`${label}: left out, ${cases} has no ${kind} cases`);
  const sum = { cases: 0, lines: 0, characters: 0, differing: 0 };
  const began = performance.now();
  for (const batch of batches.sort()) {
    const report = await play(`${url}/cases/${batch}`);
    for (const count of Object.keys(sum)) sum[count] += report[count];
    for (const difference of report.differences) show(label, difference);
  }
  failures += sum.differing;
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  console.log(
    `${label}: ${sum.cases} ${kind} cases, ${sum.differing} differ; ` +
      `${sum.lines} lines of ${sum.characters} characters are the same; ${seconds} s`,
  );
}

/** Both lines from a little before the place where they part. */
function show(label, { name, line, expected = "nothing", found = "nothing" }) {
  let at = 0;
  while (at < expected.length && expected[at] === found[at]) at += 1;
  const shown = (text) => text.slice(Math.max(0, at - 60), at + 200);
  console.log(`${label}: ${name}: line ${line}, character ${at}`);
  console.log(`  expected ${shown(expected)}\n  found    ${shown(found)}`);
}
