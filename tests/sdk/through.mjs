// Official SDKs through `tokenwire serve`: each as it is, against a provider of each wire: node through.mjs
//
// The providers are simulated, over real HTTP. A row of the table is an SDK, a column the wire of the provider
// behind it; the checks of a cell are those below.

import assert from "node:assert/strict";

import { applications } from "./applications.mjs";
import { start } from "./program.mjs";

const PROVIDERS = {
  openai_chat: ["openai", "OPENAI"],
  openai_responses: ["openai-responses", "OPENAI"],
  anthropic: ["anthropic", "ANTHROPIC"],
  gemini: ["gemini", "GEMINI"],
};

const SAID = /^You said “hi”\./;

const CHECKS = {
  "a whole answer": async ({ ask }) => {
    const { text, output } = await ask("sim");
    assert.match(text, SAID);
    assert.ok(output > 0, `output tokens: ${output}`);
  },
  "a stream": async ({ stream }) => {
    const { text, output } = await stream("sim-deltas@7");
    assert.equal(text, "Wört ".repeat(7));
    assert.ok(output > 0, `output tokens: ${output}`);
  },
  "a tool, and what follows its result": async ({ useTool }) => {
    const { name, args, text } = await useTool("sim");
    assert.deepEqual([name, args], ["weather", { place: "hi" }]);
    assert.match(text, SAID);
  },
  "an answer behind a 429 and a 503": async ({ ask, wire }) => {
    const { text } = await ask(`sim-429+retry-after-ms=5,503+retry-after-ms=5,seed@${seed(wire)}`);
    assert.match(text, SAID);
  },
  "the error of a 429": async ({ ask, errors }) => {
    const error = await thrown(ask("sim-429*+retry-after=3000"));
    assert.ok(error instanceof errors(429), `${error.constructor.name}: ${error.message}`);
    assert.equal(error.status, 429);
    if (error.headers) assert.equal(error.headers.get("retry-after"), "3000");
  },
  "the error of a stream that breaks": async ({ stream }) => {
    const error = await thrown(stream("sim-cut@3k*"));
    assert.ok(!(error instanceof TypeError), error.message);
  },
  "an abort that reaches the provider": async ({ stream, wire, server }) => {
    const abort = new AbortController();
    // Chat's stream ends without an error where it is aborted.
    await stream("sim-stall@12*", { onText: () => abort.abort(), signal: abort.signal }).catch(() => {});
    assert.ok(abort.signal.aborted, "no text came");
    await server.told((line) => line.startsWith(`${wire} > `) && line.includes("cancelled"));
  },
};

/** What a promise is rejected with. */
const thrown = (promise) =>
  promise.then(
    (value) => assert.fail(`expected an error, got ${JSON.stringify(value)}`),
    (error) => error,
  );

/** To the provider all applications have the same conversation, but for a seed. */
const seed = (wire) => Object.keys(PROVIDERS).indexOf(wire);

/** What is wrong, by the name of the check. */
async function failures(application) {
  const failed = [];
  for (const [name, check] of Object.entries(CHECKS)) {
    await check(application).catch((error) => failed.push({ name, error }));
  }
  return failed;
}

const sim = await start(["sim", "--listen", "127.0.0.1:0", "--pace", "0"]);
const wires = Object.keys(PROVIDERS);
const cells = Object.fromEntries(wires.map((wire) => [wire, {}]));
const all = [];

/** Runs every application through a server in front of that provider. */
async function through(provider) {
  const [name, variable] = PROVIDERS[provider];
  const environment = { [`${variable}_API_KEY`]: "k", [`${variable}_BASE_URL`]: sim.url };
  const server = await start(["serve", "--provider", name], environment);
  const run = async ([wire, application]) => {
    const failed = await failures({ ...application, wire, server });
    cells[wire][provider] = `${Object.keys(CHECKS).length - failed.length}/${Object.keys(CHECKS).length}`;
    all.push(...failed.map((failure) => ({ ...failure, pair: `${wire} > ${provider}` })));
  };
  await Promise.all(Object.entries(applications(server.url)).map(run));
  server.stop();
}

await Promise.all(wires.map(through));
sim.stop();

const width = Math.max(...wires.map((wire) => wire.length)) + 2;
console.log(["SDK \\ provider", ...wires].map((cell) => cell.padEnd(width)).join(""));
for (const wire of wires) {
  const row = [wire, ...wires.map((provider) => cells[wire][provider])];
  console.log(row.map((cell) => cell.padEnd(width)).join(""));
}
console.log(`\n${wires.length ** 2} pairs, each with: ${Object.keys(CHECKS).join("; ")}`);
for (const { pair, name, error } of all) console.log(`FAILED ${pair}: ${name}: ${error.message}`);
process.exit(all.length > 0 ? 1 : 0);
