import assert from "node:assert/strict";
import test from "node:test";

import { APICallError, RetryError, generateText, streamText } from "ai";

import { ECHO, PROMPT, RequestError, TokenwireError, WIRES, all, rejection, setup } from "./setup.mjs";

for (const wire of WIRES) {
  test(`${wire}: what can be tried again is tried again, here and once only`, async () => {
    for (const run of [generateText, streamText]) {
      const { tw, seen, outcomes } = setup({ retry: { maxAttempts: 4 } });
      const result = await run({ model: tw(`${wire}/sim-429+retry-after=0,503`), prompt: PROMPT });
      assert.ok((await result.text).startsWith(ECHO));
      assert.equal(seen.length, 3, run.name);
      assert.deepEqual(
        outcomes.map(({ attempts }) => attempts.map(({ status }) => status)),
        [[429, 503, 200]],
      );
      assert.equal((await result.providerMetadata).tokenwire.attempts.length, 3);
    }
  });

  test(`${wire}: a call that fails for good is one error of the AI SDK's, and no call more`, async () => {
    const { tw, seen, outcomes } = setup({ retry: { maxAttempts: 2 } });
    const model = tw(`${wire}/sim-503*`);
    const thrown = await rejection(generateText({ model, prompt: PROMPT }));
    let streamed;
    const stream = streamText({ model, prompt: PROMPT, onError: ({ error }) => void (streamed = error) });
    await stream.consumeStream();
    for (const error of [thrown, streamed]) {
      assert.ok(APICallError.isInstance(error) && !RetryError.isInstance(error), String(error));
      assert.deepEqual([error.statusCode, error.isRetryable], [503, false]);
      assert.ok(error.cause instanceof TokenwireError);
      assert.equal(error.cause.outcome.attempts.length, 2);
      assert.deepEqual(error.data, error.cause.outcome.failure);
      assert.equal(error.message, error.cause.message);
      assert.equal(error.requestBodyValues.messages.length, 1);
    }
    assert.deepEqual([seen.length, outcomes.length], [4, 2]);
  });

  test(`${wire}: a key that is refused is told at once`, async () => {
    const { tw, seen } = setup();
    const error = await rejection(generateText({ model: tw(`${wire}/sim-auth`), prompt: PROMPT }));
    assert.ok(APICallError.isInstance(error));
    assert.deepEqual([error.statusCode, error.cause.code, seen.length], [401, "authentication", 1]);
  });

  test(`${wire}: a stream that breaks says so after what had come`, async () => {
    const { tw, seen, outcomes } = setup();
    const errors = [];
    const stream = streamText({
      model: tw(`${wire}/sim-error@9,ok`),
      prompt: PROMPT,
      onError: ({ error }) => void errors.push(error),
    });
    const parts = await all(stream.stream);
    const text = parts
      .filter(({ type }) => type === "text-delta")
      .map((part) => part.text)
      .join("");
    assert.ok(text.length > 0 && ECHO.startsWith(text.slice(0, ECHO.length)), text);
    assert.equal(errors.length, 1);
    assert.ok(APICallError.isInstance(errors[0]));
    assert.equal(await stream.finishReason, "error");
    assert.deepEqual((await stream.providerMetadata).tokenwire.failure, outcomes[0].failure);
    assert.deepEqual([seen.length, outcomes[0].status], [1, "partial"]);
  });

  test(`${wire}: a connection that is cut before the answer is shown is tried again`, async () => {
    const { tw, seen } = setup();
    const stream = streamText({ model: tw(`${wire}/sim-reset,cut@1`), prompt: PROMPT });
    assert.ok((await stream.text).startsWith(ECHO));
    assert.equal(seen.length, 3);
  });

  test(`${wire}: an abort reaches the provider`, { timeout: 20_000 }, async () => {
    const { tw, seen, outcomes } = setup();
    for (const run of [generateText, streamText]) {
      const controller = new AbortController();
      const call = { model: tw(`${wire}/sim-hang*`), prompt: PROMPT, abortSignal: controller.signal };
      const told = [];
      const ending =
        run === generateText
          ? rejection(run(call))
          : all(
              run({ ...call, onAbort: () => void told.push("abort"), onError: () => void told.push("error") }).stream,
            );
      while (seen.length === 0) await new Promise(setImmediate);
      controller.abort();
      const ended = await ending;
      if (run === generateText) assert.equal(ended, controller.signal.reason);
      else assert.deepEqual([ended.at(-1).type, told], ["abort", ["abort"]]);
      assert.deepEqual(
        seen.map(({ signal }) => signal.aborted),
        [true],
      );
      seen.length = 0;
    }
    assert.deepEqual(
      outcomes.map(({ failure }) => failure.kind),
      ["cancelled"],
    );
  });

  test(
    `${wire}: an abort within the answer reaches the provider, and what it cost is told`,
    { timeout: 20_000 },
    async () => {
      const { tw, seen, outcomes } = setup({ sim: { paceMs: 1 } });
      const controller = new AbortController();
      const { textStream } = streamText({
        model: tw(`${wire}/sim-deltas@20000`),
        prompt: PROMPT,
        abortSignal: controller.signal,
      });
      for await (const piece of textStream) if (piece.length > 0) controller.abort();
      assert.equal(seen[0].signal.aborted, true);
      assert.equal(outcomes[0].failure.kind, "cancelled");
      assert.equal(outcomes[0].status, "partial");
    },
  );

  test(`${wire}: a stream that nobody reads on is closed`, { timeout: 20_000 }, async () => {
    const { tw, seen, outcomes } = setup({ sim: { paceMs: 1 } });
    const { stream } = await tw(`${wire}/sim-deltas@20000`).doStream({
      prompt: [{ role: "user", content: [{ type: "text", text: PROMPT }] }],
    });
    const reader = stream.getReader();
    assert.equal((await reader.read()).value.type, "stream-start");
    await reader.cancel();
    assert.equal(seen[0].signal.aborted, true);
    assert.equal(outcomes[0].failure.kind, "cancelled");
  });
}

test("a signal that is aborted already sends nothing", async () => {
  const { tw, seen } = setup();
  const reason = new DOMException("enough", "AbortError");
  const abortSignal = AbortSignal.abort(reason);
  assert.equal(await rejection(generateText({ model: tw("openai/sim"), prompt: PROMPT, abortSignal })), reason);
  assert.equal(seen.length, 0);
});

test("a deadline is an error without a status", async () => {
  const { tw } = setup({ timeouts: { callMs: 20 } });
  const error = await rejection(generateText({ model: tw("openai/sim-hang"), prompt: PROMPT }));
  assert.ok(APICallError.isInstance(error));
  assert.deepEqual([error.statusCode, error.cause.name], [undefined, "TimeoutError"]);
});

test("a budget that a call may exceed is an error, and nothing is sent", async () => {
  const { tw, seen } = setup({ limits: { maxTokens: 1 } });
  const error = await rejection(generateText({ model: tw("openai/gpt-6-sol"), prompt: PROMPT }));
  assert.ok(APICallError.isInstance(error));
  assert.deepEqual([error.cause.code, seen.length], ["spending_limit", 0]);
});

test("options that mean nothing are told where they stand, and nothing is sent", async () => {
  const { tw, seen } = setup();
  const providerOptions = { tokenwire: { reasonning: {} } };
  for (const run of [generateText, (call) => streamText({ ...call, onError: () => {} }).text]) {
    const error = await rejection(run({ model: tw("openai/sim"), prompt: PROMPT, providerOptions }));
    assert.ok(error instanceof RequestError || error.name === "AI_NoOutputGeneratedError", String(error));
  }
  assert.equal(seen.length, 0);
});
