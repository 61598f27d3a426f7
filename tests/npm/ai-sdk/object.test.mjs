import assert from "node:assert/strict";
import test from "node:test";

import { Output, generateObject, generateText, streamObject, streamText } from "ai";
import { z } from "zod";

import { PROMPT, WIRES, setup } from "./setup.mjs";

const schema = z.object({ city: z.string(), degrees: z.number() });

for (const wire of WIRES) {
  test(`${wire}: an object of a schema comes whole and in pieces`, async () => {
    const { tw, seen } = setup();
    const call = { model: tw(`${wire}/sim`), prompt: PROMPT, schema };
    const whole = await generateObject(call);
    assert.deepEqual(whole.object, schema.parse(whole.object));
    const stream = streamObject(call);
    let last;
    for await (const partial of stream.partialObjectStream) last = partial;
    assert.deepEqual(last, whole.object);
    assert.deepEqual(await stream.object, whole.object);
    for (const { body } of seen) assert.match(JSON.stringify(body), /"degrees":\{"type":"number"\}/);
  });

  test(`${wire}: an output of a schema comes with text generation`, async () => {
    const { tw } = setup();
    const call = { model: tw(`${wire}/sim`), prompt: PROMPT, output: Output.object({ schema }) };
    const { output, warnings } = await generateText(call);
    assert.deepEqual(output, schema.parse(output));
    assert.deepEqual(await streamText(call).output, output);
    assert.deepEqual(warnings ?? [], []);
  });
}

test("a schema is binding, unless the caller says otherwise", async () => {
  const { tw, seen } = setup();
  const call = { model: tw("openai/sim"), prompt: PROMPT, schema, schemaName: "weather" };
  await generateObject(call);
  await generateObject({ ...call, providerOptions: { tokenwire: { output: { strict: false } } } });
  const formats = seen.map(({ body }) => body.response_format.json_schema);
  assert.deepEqual(
    formats.map(({ name, strict }) => [name, strict]),
    [
      ["weather", true],
      ["weather", false],
    ],
  );
});

test("JSON without a schema is asked for as such", async () => {
  const { tw, seen } = setup();
  const call = { model: tw("openai/sim"), prompt: PROMPT, output: Output.json() };
  // The simulated provider answers in prose.
  await generateText(call).catch(() => {});
  assert.deepEqual(seen[0].body.response_format, { type: "json_object" });
});
