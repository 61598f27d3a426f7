// What an application must see, whatever provider is behind it. The provider is simulated, and fails as the
// model's name says.

import assert from "node:assert/strict";

const SAID = /^You said “hi”\./;
const THOUGHT = "The user wants an answer; überlegen wir kurz.";

// A check takes an application with a `seed` of its own and with `closed`, which waits until the call of a model is
// over at the provider. These are made whole and streamed.
const BOTH = {
  "a tool, and what follows its result": async ({ useTool }, how) => {
    const { name, args, text } = await useTool("sim", how);
    assert.deepEqual([name, args], ["weather", { place: "hi" }]);
    assert.match(text, SAID);
  },
  "an answer in JSON": async ({ shape }, how) => {
    assert.deepEqual(await shape("sim", how), { title: "hi", stars: 42, isGood: true });
  },
  "a thought and an answer": async ({ think, isThoughtless }, how) => {
    const { thought, text } = await think("sim-think", how);
    assert.equal(thought, isThoughtless ? undefined : THOUGHT);
    assert.match(text, SAID);
  },
  "an answer behind a 429 and a 503": async ({ ask, stream, seed }, { streams }) => {
    const hint = "retry-after-ms=5";
    // Of one conversation all applications would meet the same faults.
    const model = `sim-429+${hint},503+${hint},seed@${2 * seed + Number(streams)}`;
    const { text } = await (streams ? stream(model) : ask(model));
    assert.match(text, SAID);
  },
  "the error of a 429": async ({ ask, stream, errorClass, failure }, { streams }) => {
    const error = await thrown((streams ? stream : ask)("sim-429*+retry-after=3000"));
    assert.ok(error instanceof errorClass(429), `${error.constructor.name}: ${error.message}`);
    const { status, retryAfter } = failure(error);
    assert.equal(status, 429);
    assert.ok([undefined, "3000"].includes(retryAfter), `retry-after: ${retryAfter}`);
  },
  "the error of an answer that breaks": async ({ ask, stream }, { streams }) => {
    const error = await thrown((streams ? stream : ask)("sim-cut@3k*"));
    assert.ok(!(error instanceof TypeError), error.message);
  },
};

export const CHECKS = {
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
  "an abort that reaches the provider": async ({ stream, seed, closed }) => {
    const model = `sim-seed@${seed},stall@12*`;
    const abort = new AbortController();
    // Some end their stream without an error where it is aborted.
    await stream(model, { onText: () => abort.abort(), signal: abort.signal }).catch(() => {});
    assert.ok(abort.signal.aborted, "no text came");
    await closed(model);
  },
};

for (const [name, check] of Object.entries(BOTH)) {
  CHECKS[name] = (application) => check(application, { streams: false });
  CHECKS[`${name}, streamed`] = (application) => check(application, { streams: true });
}

/** What a promise is rejected with. */
const thrown = (promise) =>
  promise.then(
    (value) => assert.fail(`expected an error, got ${JSON.stringify(value)}`),
    (error) => error,
  );

const names = Object.keys(CHECKS);

/**
 * Runs all checks with every application before every provider. `open` gives what the applications of a
 * provider need: `{ url, fetch, closed, close }`. Prints a table; gives how many checks failed.
 */
export async function table(applications, providers, open) {
  const cells = {};
  const failed = [];
  await Promise.all(
    providers.map(async (provider) => {
      const behind = await open(provider);
      const run = async ([name, application], seed) => {
        const failures = await failuresOf({ ...application, seed, closed: behind.closed });
        (cells[name] ??= {})[provider] = `${names.length - failures.length}/${names.length}`;
        failed.push(...failures.map((failure) => ({ ...failure, pair: `${name} > ${provider}` })));
      };
      await Promise.all(Object.entries(applications(behind)).map(run));
      behind.close?.();
    }),
  );
  print(cells, providers, failed);
  return failed.length;
}

async function failuresOf(application) {
  const failed = [];
  for (const [name, check] of Object.entries(CHECKS)) {
    await check(application).catch((error) => failed.push({ name, error }));
  }
  return failed;
}

function print(cells, providers, failed) {
  const rows = Object.keys(cells).sort();
  const widths = ["SDK \\ provider", ...rows].map((name) => name.length);
  const line = ([first, ...rest]) =>
    [first.padEnd(Math.max(...widths) + 2), ...rest.map((cell) => cell.padEnd(18))].join("").trimEnd();
  console.log(line(["SDK \\ provider", ...providers]));
  for (const row of rows) console.log(line([row, ...providers.map((provider) => cells[row][provider])]));
  console.log(`\n${rows.length * providers.length} pairs, each with:\n  ${names.join("\n  ")}`);
  for (const { pair, name, error } of failed) console.log(`FAILED ${pair}: ${name}: ${error.message}`);
}
