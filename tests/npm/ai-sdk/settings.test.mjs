import assert from "node:assert/strict";
import test from "node:test";

import { NoSuchModelError, createProviderRegistry, generateText, streamText } from "ai";

import { ECHO, PROMPT, RequestError, WIRES, createTokenwire, setup } from "./setup.mjs";

const settings = {
  maxOutputTokens: 500,
  temperature: 0.3,
  topP: 0.9,
  seed: 7,
  stopSequences: ["END"],
  presencePenalty: 0.1,
  frequencyPenalty: 0.2,
};

test("settings go where the provider has them", async () => {
  const { tw, seen } = setup();
  const { warnings } = await generateText({ model: tw("openai/sim"), prompt: PROMPT, ...settings });
  assert.deepEqual(warnings ?? [], []);
  const { max_completion_tokens, temperature, top_p, seed, stop, presence_penalty, frequency_penalty } = seen[0].body;
  assert.deepEqual([max_completion_tokens, temperature, top_p, seed, stop], [500, 0.3, 0.9, 7, ["END"]]);
  assert.deepEqual([presence_penalty, frequency_penalty], [0.1, 0.2]);
});

test("settings that the provider has no place for are warned of, also before a stream", async () => {
  const { tw } = setup();
  const call = { model: tw("openai-responses/sim"), prompt: PROMPT, ...settings, topK: 3 };
  const expected = ["frequencyPenalty", "presencePenalty", "seed", "stopSequences", "topK"];
  const { warnings } = await generateText(call);
  const stream = streamText(call);
  await stream.consumeStream();
  for (const told of [warnings, await stream.warnings]) {
    assert.deepEqual(told.map(({ feature }) => feature).sort(), expected);
    assert.ok(told.every(({ type, details }) => type === "unsupported" && details.length > 0));
  }
});

test("how much to think is asked for", async () => {
  const { tw, seen } = setup();
  for (const wire of WIRES) await generateText({ model: tw(`${wire}/sim`), prompt: PROMPT, reasoning: "high" });
  for (const { body } of seen) assert.match(JSON.stringify(body), /high/i);
  await generateText({
    model: tw("openai-responses/sim"),
    prompt: PROMPT,
    reasoning: "low",
    providerOptions: { tokenwire: { reasoning: { summary: "auto" } } },
  });
  assert.deepEqual(seen.at(-1).body.reasoning, { effort: "low", summary: "auto" });
});

test("fields that the AI SDK has no setting for are options", async () => {
  const { tw, seen } = setup();
  const tokenwire = { service_tier: "flex", store: false, metadata: { team: "a" }, cache_key: "k" };
  await generateText({ model: tw("openai/sim"), prompt: PROMPT, providerOptions: { tokenwire } });
  const { service_tier, store, metadata, prompt_cache_key } = seen[0].body;
  assert.deepEqual([service_tier, store, metadata, prompt_cache_key], ["flex", false, { team: "a" }, "k"]);
});

test("headers of a call go with it, beside the provider's own", async () => {
  const { tw, seen } = setup({ providers: { openai: { apiKey: "key", headers: { "x-own": "1" } } } });
  const model = tw("sim");
  await generateText({ model, prompt: PROMPT, headers: { "x-call": "2", "x-none": undefined } });
  await generateText({ model, prompt: PROMPT });
  const sent = seen.map(({ headers }) => ["x-own", "x-call", "x-none"].map((name) => headers.get(name)));
  assert.deepEqual(sent, [
    ["1", "2", null],
    ["1", null, null],
  ]);
});

test("a key may be a function, asked for each call", async () => {
  let asked = 0;
  const { tw, seen } = setup({
    providers: {
      mine: { dialect: "openai", baseUrl: "https://mine.example/v1", apiKey: async () => `key-${++asked}` },
    },
  });
  for (let call = 0; call < 2; call++) await generateText({ model: tw("sim"), prompt: PROMPT });
  assert.deepEqual(
    seen.map(({ url }) => url),
    Array(2).fill("https://mine.example/v1/chat/completions"),
  );
  assert.deepEqual(
    seen.map(({ headers }) => headers.get("authorization")),
    ["Bearer key-1", "Bearer key-2"],
  );
});

test("a model is named with its provider, and alone where there is one", () => {
  const { tw } = setup({ providers: { one: { dialect: "openai" } } });
  for (const id of ["one/org/model", "org/model"]) assert.equal(tw(id).modelId, "org/model");
  assert.equal(tw.languageModel("model").provider, "tokenwire.one");
});

test("a model of no configured provider is unknown to the AI SDK too", () => {
  const { tw } = setup();
  for (const find of [
    () => tw("elsewhere/model"),
    () => tw.languageModel("model"),
    () => tw.embeddingModel("m"),
    () => tw.imageModel("m"),
  ]) {
    assert.throws(find, (error) => NoSuchModelError.isInstance(error) && error.message.includes("found"));
  }
});

test("a registry of the AI SDK takes the provider", async () => {
  const { tw } = setup();
  const registry = createProviderRegistry({ tw });
  const { text } = await generateText({ model: registry.languageModel("tw:anthropic/sim"), prompt: PROMPT });
  assert.ok(text.startsWith(ECHO));
});

test("an observer that throws disturbs no call", async (t) => {
  const { mock } = t.mock.method(console, "error", () => {});
  const onOutcome = () => {
    throw new Error("full");
  };
  const { tw } = setup({ onOutcome });
  const { text } = await generateText({ model: tw("openai/sim"), prompt: PROMPT });
  assert.equal(await streamText({ model: tw("openai/sim"), prompt: PROMPT }).text, text);
  assert.equal(mock.callCount(), 2);
});

test("options that mean nothing are refused", () => {
  assert.throws(() => createTokenwire({ providers: { openai: {} }, retries: 3 }), RequestError);
  assert.throws(() => createTokenwire({ providers: { openai: {} }, retry: { onBreak: "discard" } }), RequestError);
});
