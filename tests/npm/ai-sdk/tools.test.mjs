import assert from "node:assert/strict";
import test from "node:test";

import { generateText, isStepCount, streamText, tool } from "ai";
import { z } from "zod";

import { ECHO, PROMPT, WIRES, all, answers, setup } from "./setup.mjs";

const weather = (execute) =>
  tool({ description: "The weather.", inputSchema: z.object({ city: z.string() }), execute });

for (const wire of WIRES) {
  test(`${wire}: a call of a tool is handed over, and the tool stays the caller's`, async () => {
    const { tw, seen } = setup();
    const call = { model: tw(`${wire}/sim`), prompt: PROMPT, tools: { weather: weather(undefined) } };
    const whole = await generateText(call);
    const stream = streamText(call);
    const parts = await all(stream.stream);
    for (const [toolCall] of [whole.toolCalls, await stream.toolCalls]) {
      assert.equal(toolCall.toolName, "weather");
      assert.equal(typeof toolCall.input.city, "string");
      assert.ok(toolCall.toolCallId.length > 0);
    }
    assert.deepEqual([whole.finishReason, await stream.finishReason], ["tool-calls", "tool-calls"]);
    const { toolCallId } = whole.toolCalls[0];
    const pieces = parts.filter(({ type, id }) => type === "tool-input-delta" && id === toolCallId);
    assert.deepEqual(JSON.parse(pieces.map(({ delta }) => delta).join("")), whole.toolCalls[0].input);
    assert.match(JSON.stringify(seen[0].body), /"The weather\."/);
  });

  test(`${wire}: steps go on with what the tools gave`, async () => {
    for (const run of [generateText, streamText]) {
      const { tw, seen } = setup();
      const cities = [];
      const execute = ({ city }) => (cities.push(city), { degrees: 21, city });
      const tools = { weather: weather(execute) };
      const result = run({ model: tw(`${wire}/sim-think`), prompt: PROMPT, tools, stopWhen: isStepCount(3) });
      const steps = await (await result).steps;
      assert.equal(steps.length, 2, run.name);
      assert.equal(cities.length, 1);
      assert.ok((await (await result).text).startsWith(ECHO));
      assert.match(JSON.stringify(seen[1].body), /degrees/);
    }
  });

  test(`${wire}: what a vendor wants back comes back in the next step`, async () => {
    for (const run of [generateText, streamText]) {
      const { tw, seen } = setup();
      const tools = { weather: weather(() => "mild") };
      const result = run({ model: tw(`${wire}/sim-think`), prompt: PROMPT, tools, stopWhen: isStepCount(2) });
      const [step] = await (await result).steps;
      const kept = step.content.flatMap(({ providerMetadata }) => providerMetadata?.tokenwire.opaque ?? []);
      const sent = JSON.stringify(seen[1].body);
      for (const { value } of kept) assert.ok(sent.includes(JSON.stringify(value)), `${run.name}: ${value}`);
      // Chat Completions has no such state.
      assert.equal(kept.length > 0, wire !== "openai", run.name);
    }
  });

  test(`${wire}: a tool that fails is told as one`, async () => {
    const { tw, seen } = setup();
    const execute = () => {
      throw new Error("no station answers");
    };
    const { text } = await generateText({
      model: tw(`${wire}/sim`),
      prompt: PROMPT,
      tools: { weather: weather(execute) },
      stopWhen: isStepCount(2),
    });
    assert.ok(text.startsWith(ECHO));
    assert.match(JSON.stringify(seen[1].body), /no station answers/);
  });

  test(`${wire}: a choice among the tools is asked for`, async () => {
    const { tw, seen } = setup();
    const tools = { first: weather(undefined), second: weather(undefined) };
    const call = { model: tw(`${wire}/sim`), prompt: PROMPT, tools };
    await generateText({ ...call, toolChoice: "required" });
    await generateText({ ...call, toolChoice: { type: "tool", toolName: "first" } });
    await generateText({ ...call, toolChoice: "none" });
    const choices = seen.map(({ body }) => JSON.stringify(body.tool_choice ?? body.toolConfig));
    assert.match(choices[0], /required|ANY|"any"/);
    assert.match(choices[1], /first/);
    assert.match(choices[2] ?? "none", /none/i);
  });
}

test("calls without an id of their provider's are told apart, and answered without one", async () => {
  const functionCall = { name: "weather", args: { city: "Oslo" } };
  const first = {
    responseId: "answer-1",
    candidates: [{ content: { role: "model", parts: [{ functionCall }, { functionCall }] }, finishReason: "STOP" }],
  };
  const last = { candidates: [{ content: { role: "model", parts: [{ text: "Mild." }] }, finishReason: "STOP" }] };
  for (const run of [generateText, streamText]) {
    const pages = run === streamText ? [[first], [last]] : [first, last];
    const { tw, seen } = setup({ fetch: answers(...pages) });
    const tools = { weather: weather(({ city }) => city) };
    const result = await run({ model: tw("gemini/g"), prompt: PROMPT, tools, stopWhen: isStepCount(2) });
    assert.equal(await result.text, "Mild.");
    const [step] = await result.steps;
    assert.equal(new Set(step.toolCalls.map(({ toolCallId }) => toolCallId)).size, 2);
    assert.doesNotMatch(JSON.stringify(seen[1].body.contents), /"id"/);
  }
});

test("a tool of the provider's own goes as the provider spells it", async () => {
  const { tw, seen } = setup();
  const json = { type: "web_search_20250305", name: "web_search" };
  await generateText({
    model: tw("anthropic/sim"),
    prompt: PROMPT,
    tools: { weather: weather(undefined) },
    providerOptions: { tokenwire: { tools: [{ kind: "vendor", wire: "anthropic", json }] } },
  });
  assert.deepEqual(
    seen[0].body.tools.map(({ name }) => name),
    ["weather", "web_search"],
  );
});

test("a tool of another AI SDK provider is left out with a warning", async () => {
  const { tw, seen } = setup();
  const tools = {
    search: { type: "provider", isProviderExecuted: true, id: "other.search", args: {}, inputSchema: z.object({}) },
  };
  const { warnings } = await generateText({ model: tw("openai/sim"), prompt: PROMPT, tools });
  assert.deepEqual(
    warnings.map(({ type, feature }) => [type, feature]),
    [["unsupported", "tool other.search"]],
  );
  assert.equal(seen[0].body.tools, undefined);
});
