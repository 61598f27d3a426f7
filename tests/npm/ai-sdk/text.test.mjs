import assert from "node:assert/strict";
import test from "node:test";

import { generateText, streamText } from "ai";

import { ECHO, PROMPT, WIRES, all, setup } from "./setup.mjs";

for (const wire of WIRES) {
  test(`${wire}: a text comes whole, with what it used and what it cost`, async () => {
    const { tw, seen, outcomes } = setup();
    const result = await generateText({ model: tw(`${wire}/sim`), prompt: PROMPT });
    assert.ok(result.text.startsWith(ECHO), result.text);
    assert.equal(result.finishReason, "stop");
    assert.ok(result.rawFinishReason.length > 0);
    const { usage, response, providerMetadata } = result;
    assert.ok(usage.inputTokens > 0 && usage.outputTokens > 0);
    assert.equal(usage.inputTokenDetails.noCacheTokens + usage.inputTokenDetails.cacheReadTokens, usage.inputTokens);
    assert.equal(usage.totalTokens, usage.inputTokens + usage.outputTokens);
    assert.equal(response.modelId, "sim");
    assert.equal(response.id, outcomes[0].id);
    assert.deepEqual(providerMetadata.tokenwire.cost, outcomes[0].cost);
    assert.equal(providerMetadata.tokenwire.attempts.length, 1);
    assert.deepEqual([seen.length, outcomes.length], [1, 1]);
  });

  test(`${wire}: a text comes in pieces, and is the same`, async () => {
    const { tw, outcomes } = setup();
    const { text, usage } = await generateText({ model: tw(`${wire}/sim`), prompt: PROMPT });
    const stream = streamText({ model: tw(`${wire}/sim`), prompt: PROMPT });
    const pieces = await all(stream.textStream);
    assert.ok(pieces.length > 2);
    assert.equal(pieces.join(""), text);
    assert.deepEqual(await stream.usage, usage);
    assert.equal(await stream.finishReason, "stop");
    assert.equal((await stream.response).modelId, "sim");
    assert.equal((await stream.response).id, outcomes[1].id);
    assert.deepEqual((await stream.providerMetadata).tokenwire.cost, outcomes[1].cost);
  });

  test(`${wire}: thinking stands beside the text`, async () => {
    const { tw } = setup();
    const call = { model: tw(`${wire}/sim-think`), prompt: PROMPT };
    const whole = await generateText(call);
    const stream = streamText(call);
    const parts = await all(stream.stream);
    assert.match(whole.reasoningText, /überlegen wir kurz/);
    assert.ok(whole.usage.outputTokenDetails.reasoningTokens > 0);
    assert.equal(await stream.reasoningText, whole.reasoningText);
    assert.ok((await stream.text).startsWith(ECHO));
    const kinds = parts.map(({ type }) => type);
    assert.ok(kinds.indexOf("reasoning-end") < kinds.indexOf("text-start"), kinds.join());
  });

  test(`${wire}: a limit of the length is told`, async () => {
    const { tw, seen } = setup();
    const { finishReason } = await generateText({
      model: tw(`${wire}/sim-finish@length`),
      prompt: PROMPT,
      maxOutputTokens: 77,
    });
    assert.equal(finishReason, "length");
    assert.match(JSON.stringify(seen[0].body), /":77[,}]/);
  });

  test(`${wire}: a filter is told`, async () => {
    const { tw } = setup();
    const stream = streamText({ model: tw(`${wire}/sim-finish@content_filter`), prompt: PROMPT, onError: () => {} });
    await stream.consumeStream();
    assert.equal(await stream.finishReason, "content-filter");
  });
}

test("the events themselves come where they are asked for, retries before the answer too", async () => {
  const { tw } = setup();
  const stream = streamText({ model: tw("openai/sim-503"), prompt: PROMPT, include: { rawChunks: true } });
  const raw = (await all(stream.stream)).filter(({ type }) => type === "raw").map(({ rawValue }) => rawValue.type);
  assert.equal(raw[0], "retry");
  assert.ok(raw.includes("text_delta") && raw.includes("usage"), raw.join());
});
