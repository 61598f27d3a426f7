import assert from "node:assert/strict";
import test from "node:test";

import { convertToModelMessages, isStepCount, readUIMessageStream, streamText, tool, toUIMessageStream } from "ai";
import { z } from "zod";

import { ECHO, PROMPT, WIRES, setup } from "./setup.mjs";

/** What a chat page holds of an answer, as it would be stored. */
async function shown(stream) {
  let last;
  for await (const message of readUIMessageStream({ stream: toUIMessageStream({ stream: stream.stream }) }))
    last = message;
  return JSON.parse(JSON.stringify(last));
}

for (const wire of WIRES) {
  test(`${wire}: what a vendor wants back goes through a chat page`, async () => {
    const { tw, seen } = setup();
    const model = tw(`${wire}/sim-think`);
    const tools = { weather: tool({ inputSchema: z.object({ city: z.string() }), execute: () => "mild" }) };
    const first = streamText({ model, prompt: PROMPT, tools, stopWhen: isStepCount(2) });
    const question = (id, text) => ({ id, role: "user", parts: [{ type: "text", text }] });
    const page = [question("1", PROMPT), await shown(first), question("2", "And now?")];
    const messages = await convertToModelMessages(page, { tools });
    const second = await streamText({ model, messages }).text;
    assert.ok(second.startsWith("You said “And now?”"), second);
    const kept = (await first.steps)
      .flatMap(({ content }) => content)
      .flatMap(({ providerMetadata }) => providerMetadata?.tokenwire?.opaque ?? []);
    assert.equal(kept.length > 0, wire !== "openai");
    const sent = JSON.stringify(seen.at(-1).body);
    for (const { value } of kept) assert.ok(sent.includes(JSON.stringify(value)), value);
    assert.ok(sent.includes(JSON.stringify(ECHO).slice(1, -1)));
  });
}
