// Plays cases in every host and compares their transcripts with those of the native machine:
//
//   cargo run -p tokenwire-tests --bin parity -- CASES [--corpus DIR]
//   node tests/npm/parity/main.mjs CASES [HOST…]
//
// Hosts are node, node22, workerd and chromium; without any, all that are here. The package has to be built
// (tools/package.sh), quick or not. Ends with 1 where a transcript differs, or a named host is not here.

import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

import { bundle } from "./bundle.mjs";
import { HOSTS } from "./hosts.mjs";
import { serve } from "./server.mjs";

const [cases, ...wanted] = process.argv.slice(2);
if (cases === undefined) throw new Error("usage: main.mjs CASES [HOST…]");
const unknown = wanted.find((name) => HOSTS[name] === undefined);
if (unknown !== undefined) throw new Error(`expected hosts, of ${Object.keys(HOSTS).join(", ")}; found ${unknown}`);

const folder = mkdtempSync(join(tmpdir(), "tokenwire-parity-"));
let failures = 0;
try {
  await bundle(folder);
  const server = await serve(folder, { "altered.jsonl": altered() }, cases);
  try {
    for (const name of wanted.length > 0 ? wanted : Object.keys(HOSTS)) await host(name, server.url);
  } finally {
    server.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failures > 0 ? 1 : 0);

async function host(name, url) {
  const started = await HOSTS[name](folder, url);
  if (started.missing !== undefined) {
    console.log(`${name}: left out, ${started.missing}`);
    failures += wanted.length;
    return;
  }
  try {
    await notices(name, started, `${url}/altered.jsonl`);
    for (const kind of ["sim", "recorded"]) await plays(name, started, url, kind);
  } finally {
    await started.stop();
  }
}

/** A host that takes what is wrong for right is no witness. */
async function notices(name, started, address) {
  const { cases: played, differing } = await started.play(address);
  if (played === 2 && differing === 1) return;
  failures += 1;
  console.log(`${name}: of a right and a wrong transcript ${differing} of ${played} differ, expected 1 of 2`);
}

async function plays(name, started, url, kind) {
  const batches = readdirSync(cases).filter((file) => file.startsWith(`${kind}-`));
  if (batches.length === 0) return console.log(`${name}: no cases of kind ${kind} in ${cases}`);
  const sum = { cases: 0, lines: 0, characters: 0, differing: 0 };
  const began = performance.now();
  for (const batch of batches.sort()) {
    const report = await started.play(`${url}/cases/${batch}`);
    for (const count of Object.keys(sum)) sum[count] += report[count];
    for (const difference of report.differences) show(name, difference);
  }
  failures += sum.differing;
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  console.log(
    `${name} ${started.version}: ${sum.cases} ${kind} cases, ${sum.differing} differ; ` +
      `${sum.lines} lines of ${sum.characters} characters are the same; ${seconds} s`,
  );
}

/** Both lines from a little before the place where they part. */
function show(host, { name, line, expected = "nothing", found = "nothing" }) {
  let at = 0;
  while (at < expected.length && expected[at] === found[at]) at += 1;
  const shown = (text) => text.slice(Math.max(0, at - 60), at + 200);
  console.log(`${host}: ${name}: line ${line}, character ${at}`);
  console.log(`  expected ${shown(expected)}\n  found    ${shown(found)}`);
}

/** A case as it is, and the same with a letter of its transcript changed. */
function altered() {
  const [first] = readFileSync(join(cases, "sim-000.jsonl"), "utf8").split("\n", 1);
  const wrong = JSON.parse(first);
  wrong.transcript[0] = wrong.transcript[0].replace("https", "httpz");
  return `${first}\n${JSON.stringify(wrong)}\n`;
}
