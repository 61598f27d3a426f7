// Installs the packed package into a project for each consumer and runs the same application in all:
//
//   node run.mjs [TARBALL]
//   CONSUMERS=vite,workerd node run.mjs
//
// Exits with 1 when a case failed. What this machine lacks is listed as left out.

import { startProvider } from "../provider.mjs";
import { lazyChromium } from "./chromium.mjs";
import { check } from "./expected.mjs";
import { LeftOut } from "./left_out.mjs";
import { makeWorkshop } from "./project.mjs";
import { findTarball } from "./tarball.mjs";

const RUNTIMES = ["node", "deno", "bun", "importmap", "workerd", "wrangler"];
const BUILDERS = ["esbuild", "rollup", "webpack", "vite", "typescript"];
const CONSUMERS = [...RUNTIMES, ...BUILDERS];

const chosen = process.env.CONSUMERS?.split(",") ?? CONSUMERS;
const unknown = chosen.filter((name) => !CONSUMERS.includes(name));
if (unknown.length > 0) throw new Error(`expected some of ${CONSUMERS}; found ${unknown}`);

const provider = await startProvider();
const context = {
  ...makeWorkshop(findTarball(process.argv[2])),
  chromium: lazyChromium(),
  check: (report, slug) => check(report, provider.consumer(slug)),
};
const rows = [];

/** Runs one case; a case that makes a report is judged here, others say themselves what they saw. */
async function judge({ name, tool, run }) {
  const slug = name.replaceAll(/\W+/g, "-");
  const start = performance.now();
  const row = { name, tool: "" };
  try {
    row.tool = typeof tool === "string" ? tool : await tool();
    const report = await run({ ...context, slug, base: `${provider.url}/${slug}` });
    const seen = typeof report === "string" ? report : await context.check(report, slug);
    Object.assign(row, { result: "passed", seen });
  } catch (error) {
    Object.assign(row, { result: error instanceof LeftOut ? "left out" : "FAILED", seen: error.message });
  }
  row.seconds = ((performance.now() - start) / 1000).toFixed(1);
  rows.push(row);
  console.log(line(row));
}

const line = ({ result, name, tool, seconds, seen }) =>
  [result.padEnd(8), name.padEnd(26), tool.padEnd(30), `${seconds} s`.padStart(7), "", short(seen)].join(" ");

/** Errors quote minified code and whole pages. */
const short = (text) =>
  text
    .split("\n")
    .map((one) => (one.length > 300 ? `${one.slice(0, 300)}…` : one))
    .slice(0, 60)
    .join("\n");

// On the way out what serves is ended, and the folders go.
process.once("exit", context.remove);
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

try {
  for (const name of chosen) {
    const { cases } = await import(`./${name}/cases.mjs`);
    for (const one of cases(context)) await judge(one);
  }
} finally {
  await context.chromium.close();
  provider.close();
}

const count = (result) => rows.filter((row) => row.result === result).length;
console.log(`\n${count("passed")} passed, ${count("FAILED")} failed, ${count("left out")} skipped`);
process.exitCode = count("FAILED") > 0 ? 1 : 0;
