// Reads answers with the SDKs: node read.mjs READINGS CORRECTIONS
//
// A JSON line on standard input is an answer: n, id, wire, stream, status, headers, body. A line on
// standard output says what is wrong with it: n, problems. What each exchange means is in READINGS;
// where that file is absent, or does not have an exchange, an answer must only be readable. CORRECTIONS
// is a JSON array of readings that are wrong: exchange, field, and the value that is right.

import fs from "node:fs";
import readline from "node:readline";

import { differences, endsInError, errorDifferences } from "./compare.mjs";
import { serve } from "./server.mjs";
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
const wires = readers(server.url);

// The SDKs warn of what does not matter here, and standard output is for the lines.
for (const level of ["debug", "error", "info", "log", "warn"]) console[level] = () => {};

/** What is wrong with an answer. */
async function problems(answer) {
  const { read, errors } = wires[answer.wire];
  const reading = readings.get(answer.id);
  const isFailed = reading && (reading.error != null || !reading.complete);
  let value;
  try {
    value = await read(answer);
  } catch (error) {
    if (reading && !isFailed && answer.status < 300 && !endsInError(answer.wire, reading)) {
      return [`the SDK throws ${told(error)}`];
    }
    return thrown(error, answer, reading, errors);
  }
  if (answer.status >= 300) return [`the SDK takes an error with status ${answer.status}`];
  // Responses tells a failure of a stream as the response's own status, too.
  const isTold = value.finish === "failed" && value.error?.message;
  if (isFailed) return isTold ? [] : ["the SDK takes an answer that failed"];
  return reading ? [...differences(answer.wire, value, reading)] : [];
}

/** What is wrong with an error that was to be expected. */
function thrown(error, answer, reading, errors) {
  const status = answer.status < 300 ? undefined : answer.status;
  const wanted = errors(status);
  const out = error instanceof wanted ? [] : [`the SDK throws ${told(error)}, expected ${wanted.name}`];
  if (error.status !== status && status !== undefined) {
    out.push(`error.status: ${error.status}, expected ${status}`);
  }
  return reading?.error ? [...out, ...errorDifferences(error, status, reading.error)] : out;
}

const told = (error) => `${error?.constructor?.name}: ${error?.message}`;

const running = new Set();
for await (const line of readline.createInterface({ input: process.stdin })) {
  const answer = JSON.parse(line);
  answers.set(String(answer.n), answer);
  const done = problems(answer)
    .catch((error) => [`the reading broke: ${told(error)}`])
    .then((problems) => process.stdout.write(`${JSON.stringify({ n: answer.n, problems })}\n`))
    .finally(() => answers.delete(String(answer.n)))
    .finally(() => running.delete(done));
  running.add(done);
  if (running.size >= AT_ONCE) await Promise.race(running);
}
await Promise.all(running);
process.exit(0);
