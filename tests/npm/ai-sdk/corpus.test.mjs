// Recorded answers through the AI SDK's form and back: nothing of them may get lost on the way. TOKENWIRE_CORPUS
// names the folder of recordings; without it this is skipped.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

import { all, rejection, setup } from "./setup.mjs";

const CORPUS = process.env.TOKENWIRE_CORPUS;
const WIRE_OF = {
  anthropic_messages: "anthropic",
  gemini: "gemini",
  openai_chat: "openai",
  openai_responses: "openai-responses",
};
const prompt = [{ role: "user", content: [{ type: "text", text: "Hello" }] }];

for (const [protocol, wire] of Object.entries(WIRE_OF)) {
  test(
    `${protocol}: a recorded answer goes back as it came`,
    { skip: !CORPUS && "TOKENWIRE_CORPUS is not set" },
    async (t) => {
      let count = 0;
      for (const recording of recordings(protocol)) {
        const [content, outcome] = await answer(wire, recording);
        if (outcome.failure !== null) continue;
        const expected = outcome.candidates[0]?.parts ?? [];
        const order = wire === "openai" ? callsLast : (parts) => parts;
        assert.deepEqual(order(await returned(wire, content)).map(bare), order(expected).map(bare), recording.id);
        count += 1;
      }
      t.diagnostic(`${count} answers`);
      assert.ok(count > 100);
    },
  );
}

function* recordings(protocol) {
  for (const folder of readdirSync(CORPUS, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    for (const name of readdirSync(join(CORPUS, folder.name)).filter((file) => file.endsWith(".json"))) {
      const recording = JSON.parse(readFileSync(join(CORPUS, folder.name, name), "utf8"));
      if (recording.protocol === protocol && recording.kind === "ok" && recording.body_text) yield recording;
    }
  }
}

/** The content of the answer in the AI SDK's form, and the outcome. */
async function answer(wire, { stream, status, response_headers, body_text }) {
  const type = response_headers["content-type"] ?? (stream ? "text/event-stream" : "application/json");
  const fetch = async () => new Response(body_text, { status, headers: { "content-type": type } });
  const { tw, outcomes } = setup({ fetch, retry: { maxAttempts: 1 } });
  const model = tw(`${wire}/m`);
  const read = stream
    ? model
        .doStream({ prompt })
        .then((result) => all(result.stream))
        .then(collected)
    : model.doGenerate({ prompt }).then((result) => result.content);
  // What is wrong with a recording is in its outcome.
  return [await read.catch(() => []), outcomes[0]];
}

/** What a consumer of the stream holds in the end. */
function collected(parts) {
  const [content, open] = [[], new Map()];
  for (const { id, ...part } of parts) {
    const [, kind, step] = /^(text|reasoning)-(start|delta|end)$/.exec(part.type) ?? [];
    if (step === "start") open.set(kind + id, content[content.push({ type: kind, text: "" }) - 1]);
    if (step === "delta") open.get(kind + id).text += part.delta;
    if (step === "end") Object.assign(open.get(kind + id), part, { type: kind });
    if (["tool-call", "file", "custom"].includes(part.type)) content.push(part);
  }
  return content;
}

/** The neutral parts that the content becomes when it is sent back. */
async function returned(wire, content) {
  const message = content
    .filter(({ type }) => type !== "source")
    .map(({ providerMetadata, ...part }) => ({
      ...part,
      ...(part.type === "tool-call" && { input: meaning(part.input) }),
      providerOptions: JSON.parse(JSON.stringify(providerMetadata ?? {})),
    }));
  const { tw } = setup({ fetch: async () => new Response("", { status: 400 }) });
  const error = await rejection(
    tw(`${wire}/m`).doGenerate({ prompt: [...prompt, { role: "assistant", content: message }] }),
  );
  return error.requestBodyValues.messages[1].content;
}

/** Chat Completions has calls in a list of their own, beside the text that may come between them. */
const callsLast = (parts) =>
  [false, true].flatMap((last) => parts.filter(({ kind }) => (kind === "tool_call") === last));

/** A part without what says nothing and what the AI SDK cannot do without: ids, types of media. Arguments as what they mean. */
function bare({ id, arguments: text, media_type, ...part }) {
  const said = Object.entries(part).filter(([, value]) => value && !(Array.isArray(value) && value.length === 0));
  const isMade = id?.startsWith("twcall_") ?? true;
  return {
    ...Object.fromEntries(said),
    ...(!isMade && { id }),
    ...(text !== undefined && { arguments: meaning(text) }),
  };
}

/** What arguments mean. Ones that were cut off mean nothing, to the AI SDK too. */
function meaning(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
