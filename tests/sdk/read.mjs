// Reads answers with the SDKs: node read.mjs READINGS CORRECTIONS
//
// A JSON line on standard input is an answer: n, id, wire, stream, status, headers, body. A line on
// standard output says what is wrong with it: n, problems. What each exchange means is in READINGS;
// where that file is absent, or does not have an exchange, an answer must only be readable. CORRECTIONS
// is a JSON array of readings that are wrong: exchange, field, and the value that is right.

import fs from "node:fs";
import readline from "node:readline";

import { serve } from "./server.mjs";
import { problems, told } from "./verdict.mjs";
import { readers } from "./wires.mjs";

const AT_ONCE = 16;

const readings = new Map();
if (fs.existsSync(process.argv[2])) {
  for (const line of fs.readFileSync(process.argv[2], "utf8").split("\n")) {
    if (line === "") continue;
    const reading = JSON.parse(line);
    readings.set(reading.id, reading);
  }
}

for (const [id, field, right] of JSON.parse(process.argv[3] ?? "[]")) {
  const also = readings.get(id)?.also;
  if (also) also[field] = [...(also[field] ?? []), right];
}

const answers = new Map();
const server = await serve(answers);
const wires = readers({ url: server.url });

// The SDKs warn of what does not matter here, and standard output is for the lines.
for (const level of ["debug", "error", "info", "log", "warn"]) console[level] = () => {};

const running = new Set();
for await (const line of readline.createInterface({ input: process.stdin })) {
  const answer = JSON.parse(line);
  answers.set(String(answer.n), answer);
  const done = problems(wires[answer.wire], answer, readings.get(answer.id))
    .catch((error) => [`the reading broke: ${told(error)}`])
    .then((problems) => process.stdout.write(`${JSON.stringify({ n: answer.n, problems })}\n`))
    .finally(() => answers.delete(String(answer.n)))
    .finally(() => running.delete(done));
  running.add(done);
  if (running.size >= AT_ONCE) await Promise.race(running);
}
await Promise.all(running);
process.exit(0);
