import assert from "node:assert/strict";
import test from "node:test";

import { streamText } from "ai";

import { BREAK, PROMPT, all, answers, setup } from "./setup.mjs";

/** The messages that go on from an answer. */
const goingOn = async (stream) => [
  { role: "user", content: PROMPT },
  ...JSON.parse(JSON.stringify((await stream.response).messages)),
  { role: "user", content: "Go on." },
];

test("state that comes after its part has ended goes back with its part", async () => {
  const chunk = (delta, finish_reason = null) => ({
    id: "c",
    model: "m",
    choices: [{ index: 0, delta, finish_reason }],
  });
  const [shown, hidden] = [
    { type: "reasoning.text", text: "Hm.", index: 0 },
    { type: "reasoning.encrypted", data: "ZW5j", index: 1 },
  ];
  const events = [
    chunk({ role: "assistant", reasoning: "Hm.", reasoning_details: [shown] }),
    chunk({ content: "Yes." }),
    chunk({ reasoning_details: [hidden] }),
    chunk({}, "stop"),
  ];
  const { tw, seen } = setup({ fetch: answers(events), providers: { openrouter: { apiKey: "key" } } });
  const stream = streamText({ model: tw("m"), prompt: PROMPT });
  const kinds = (await stream.content).map(({ type }) => type);
  assert.deepEqual(kinds, ["reasoning", "text", "custom"]);
  await streamText({ model: tw("m"), messages: await goingOn(stream) }).text;
  const [, answer] = seen[1].body.messages;
  assert.deepEqual([answer.content, answer.reasoning_details], ["Yes.", [shown, hidden]]);
});

test("blocks that overlap stay in the order in which they opened", async () => {
  const search = (id) => ({ type: "web_search_call", id, status: "completed", action: { type: "search", query: id } });
  const message = {
    type: "message",
    id: "msg_2",
    role: "assistant",
    status: "completed",
    content: [{ type: "output_text", text: "Yes.", annotations: [] }],
  };
  const output = [search("ws_0"), search("ws_1"), message];
  const response = { id: "resp_1", model: "m", output: [], usage: null, status: "in_progress" };
  const added = (output_index) => ({
    type: "response.output_item.added",
    output_index,
    item: { ...output[output_index], status: "in_progress" },
  });
  const done = (output_index) => ({ type: "response.output_item.done", output_index, item: output[output_index] });
  const events = [
    { type: "response.created", response },
    ...[added(0), added(1), done(1), done(0), added(2), done(2)],
    { type: "response.completed", response: { ...response, output, status: "completed" } },
  ].map((event, sequence_number) => ({ ...event, sequence_number }));
  const { tw, seen } = setup({ fetch: answers(events) });
  const stream = streamText({ model: tw("openai-responses/m"), prompt: PROMPT });
  assert.equal(await stream.text, "Yes.");
  await streamText({ model: tw("openai-responses/m"), messages: await goingOn(stream) }).text;
  assert.deepEqual(
    seen[1].body.input.slice(1, 4).map(({ id }) => id),
    ["ws_0", "ws_1", "msg_2"],
  );
});

const gemini = (text, rest) => ({ candidates: [{ content: { role: "model", parts: [{ text }] }, ...rest }] });

test("a stream that its provider takes up again goes on", async () => {
  const broken = [gemini("ab", { continuationToken: "T" }), BREAK];
  const { tw, seen } = setup({
    fetch: answers(broken, [gemini("cd", { finishReason: "STOP" })]),
    retry: { onBreak: "resume" },
  });
  assert.equal(await streamText({ model: tw("gemini/g"), prompt: PROMPT }).text, "abcd");
  assert.equal(seen[1].body.continuationToken, "T");
});

test("a stream that takes back what was shown is an error", async () => {
  const broken = [gemini("ab", { continuationToken: "T" }), gemini("lost"), BREAK];
  const { tw, seen } = setup({
    fetch: answers(broken, [gemini("cd", { finishReason: "STOP" })]),
    retry: { onBreak: "resume" },
  });
  const errors = [];
  const stream = streamText({
    model: tw("gemini/g"),
    prompt: PROMPT,
    onError: ({ error }) => void errors.push(error.name),
  });
  const parts = await all(stream.stream);
  assert.deepEqual(
    parts.filter(({ type }) => type === "text-delta").map(({ text }) => text),
    ["ab", "lost"],
  );
  assert.deepEqual([errors, await stream.finishReason], [["TakenBack"], "error"]);
  assert.equal(seen[1].signal.aborted, true);
});
