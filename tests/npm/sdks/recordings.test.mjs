// Recorded answers of real providers over `createFetch`, read by the SDK of every wire. TOKENWIRE_CORPUS names the
// folder of recordings; without it this is skipped.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

import { problems } from "../../sdk/verdict.mjs";
import { readers } from "../../sdk/wires.mjs";
import { entry } from "../surface/package.mjs";

const { createFetch } = await entry("index");

const CORPUS = process.env.TOKENWIRE_CORPUS;
const WIRES = ["openai_chat", "openai_responses", "anthropic", "gemini"];
const PROTOCOLS = {
  openai_chat: "openai",
  openai_responses: "openai-responses",
  anthropic_messages: "anthropic",
  gemini: "gemini",
};
const skip = !CORPUS && "TOKENWIRE_CORPUS is not set";

/** Recordings whose reading is wrong about the usage. */
const MISREAD = ["rig-3b86b75411", "ruby-llm-c5c9de23bb"];

/** What the wire of an application cannot say, by `ID FROM>TO`. */
const exceptions = new Set(
  readFileSync(new URL("../../data/translate-exceptions.txt", import.meta.url), "utf8")
    .split("\n")
    .map((line) => line.split(" ").slice(0, 2).join(" ")),
);

/** An answer as it was recorded. */
function recorded({ status, response_headers, body_text, body_base64, stream }) {
  const type = response_headers?.["content-type"] ?? (stream ? "text/event-stream" : "application/json");
  const hints = Object.entries(response_headers ?? {}).filter(([name]) => name.startsWith("retry-after"));
  const headers = { "content-type": type, ...Object.fromEntries(hints) };
  return new Response(body_text ?? Buffer.from(body_base64, "base64"), { status, headers });
}

function* recordings(protocol) {
  for (const folder of readdirSync(CORPUS, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    for (const name of readdirSync(join(CORPUS, folder.name)).filter((file) => file.endsWith(".json"))) {
      const recording = JSON.parse(readFileSync(join(CORPUS, folder.name, name), "utf8"));
      if (recording.protocol === protocol && !MISREAD.includes(recording.id)) yield recording;
    }
  }
}

/** What is wrong with a recorded answer as that wire's SDK reads it. */
async function wrong(recording, upstream, wire, reading) {
  const relay = createFetch({
    upstream,
    apiKey: "k",
    rewrite: true,
    retry: { maxAttempts: 1 },
    fetch: async () => recorded(recording),
  });
  const answer = { n: 0, wire, stream: recording.stream === true };
  const fetch = async (input, init) => {
    const response = await relay(input, init);
    answer.status = response.status;
    return response;
  };
  return problems(readers({ fetch })[wire], answer, reading);
}

for (const [protocol, upstream] of Object.entries(PROTOCOLS)) {
  test(`${protocol}: every SDK reads what was recorded`, { skip }, async (t) => {
    // The SDKs warn of what does not matter here.
    for (const level of ["log", "warn", "error", "debug"]) t.mock.method(console, level, () => {});
    const lines = readFileSync(join(CORPUS, "readings.jsonl"), "utf8").trim().split("\n");
    const readings = new Map(lines.map((line) => JSON.parse(line)).map((reading) => [reading.id, reading]));
    const from = WIRES[Object.keys(PROTOCOLS).indexOf(protocol)];
    const [failed, read] = [[], Object.fromEntries(WIRES.map((wire) => [wire, 0]))];
    for (const recording of recordings(protocol)) {
      for (const wire of WIRES) {
        const name = `${recording.id} ${from}>${wire}`;
        if (exceptions.has(name)) continue;
        const found = await wrong(recording, upstream, wire, readings.get(recording.id));
        if (found.length > 0) failed.push(`${name}: ${found.join("; ")}`);
        else read[wire] += 1;
      }
    }
    t.diagnostic(`read: ${JSON.stringify(read)}`);
    assert.deepEqual(failed, []);
  });
}
