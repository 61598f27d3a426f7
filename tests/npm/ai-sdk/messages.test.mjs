import assert from "node:assert/strict";
import test from "node:test";

import { generateText, streamText } from "ai";

import { ECHO, PROMPT, WIRES, answers, setup } from "./setup.mjs";

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==",
  "base64",
);
const PDF = Buffer.from("%PDF-1.4 nothing in it");

const ask = (...content) => [{ role: "user", content: [{ type: "text", text: PROMPT }, ...content] }];

for (const wire of WIRES) {
  test(`${wire}: pictures and documents go as their bytes`, async () => {
    const { tw, seen } = setup();
    const messages = ask(
      { type: "file", mediaType: "image", data: PNG },
      { type: "file", mediaType: "application/pdf", data: PDF, filename: "empty.pdf" },
    );
    const { text } = await generateText({ model: tw(`${wire}/sim`), messages });
    assert.ok(text.startsWith(ECHO));
    const sent = JSON.stringify(seen[0].body);
    for (const bytes of [PNG, PDF]) assert.ok(sent.includes(bytes.toString("base64")));
    assert.match(sent, /image\/png/);
    assert.match(sent, /application\/pdf/);
  });

  test(`${wire}: a system text and earlier turns go in their places`, async () => {
    const { tw, seen } = setup();
    await generateText({
      model: tw(`${wire}/sim`),
      instructions: "Be brief.",
      messages: [
        { role: "user", content: "Hello" },
        { role: "assistant", content: "Good day" },
        { role: "user", content: PROMPT },
      ],
    });
    const sent = JSON.stringify(seen[0].body);
    const places = ["Hello", "Good day", PROMPT].map((text) => sent.indexOf(JSON.stringify(text)));
    assert.ok(places[0] > 0 && places[0] < places[1] && places[1] < places[2], sent);
    assert.ok(sent.includes("Be brief."));
  });

  test(`${wire}: an answer's messages go back with all that their vendor wants`, async () => {
    for (const run of [generateText, streamText]) {
      const { tw, seen } = setup();
      const model = tw(`${wire}/sim-think`);
      const first = await run({ model, prompt: PROMPT });
      const { messages } = await first.response;
      // As an application that keeps conversations does.
      const kept = JSON.parse(JSON.stringify(messages));
      const second = await run({
        model,
        messages: [{ role: "user", content: PROMPT }, ...kept, { role: "user", content: "And now?" }],
      });
      assert.ok((await second.text).startsWith("You said “And now?”"));
      const opaque = kept
        .flatMap(({ content }) => content)
        .flatMap((part) => part.providerOptions?.tokenwire.opaque ?? []);
      assert.equal(opaque.length > 0, wire !== "openai");
      const sent = JSON.stringify(seen[1].body);
      for (const { value } of opaque) assert.ok(sent.includes(JSON.stringify(value)), `${run.name}: ${value}`);
      assert.ok(sent.includes(JSON.stringify((await first.text).slice(0, 20)).slice(1, -1)));
    }
  });
}

test("a stream keeps of every part what a whole answer keeps", async () => {
  for (const wire of WIRES) {
    const { tw } = setup();
    const call = { model: tw(`${wire}/sim-think`), prompt: PROMPT };
    const stateOf = (content) => content.flatMap(({ providerMetadata }) => providerMetadata?.tokenwire.opaque ?? []);
    assert.deepEqual(stateOf(await streamText(call).content), stateOf((await generateText(call)).content), wire);
  }
});

test("state goes back to its vendor only, and what is left out is told", async () => {
  const { tw, seen } = setup();
  const { response } = await generateText({ model: tw("anthropic/sim-think"), prompt: PROMPT });
  const messages = [{ role: "user", content: PROMPT }, ...response.messages, { role: "user", content: "And now?" }];
  const { warnings } = await generateText({ model: tw("openai-responses/sim"), messages });
  assert.ok(!JSON.stringify(seen[1].body).includes("c2ln"));
  assert.ok(
    warnings.length > 0 && warnings.every(({ feature }) => feature.startsWith("messages[1]")),
    JSON.stringify(warnings),
  );
});

test("a message's or a part's options are the neutral part's fields", async () => {
  const { tw, seen } = setup();
  const cache = { tokenwire: { cache: { ttl: "1h" } } };
  await generateText({
    model: tw("anthropic/sim"),
    allowSystemInMessages: true,
    messages: [
      { role: "system", content: "Be brief.", providerOptions: cache },
      {
        role: "user",
        content: [
          { type: "text", text: "Long.", providerOptions: cache },
          { type: "text", text: PROMPT },
        ],
      },
    ],
  });
  const mark = { type: "ephemeral", ttl: "1h" };
  const { system, messages } = seen[0].body;
  assert.deepEqual(system[0].cache_control, mark);
  assert.deepEqual(
    messages[0].content.map(({ cache_control }) => cache_control),
    [mark, undefined],
  );
});

test("an address that the provider fetches goes as it is", async () => {
  const { tw, seen } = setup();
  const image = { type: "file", mediaType: "image/*", data: new URL("https://pictures.example/oslo.png") };
  const pdf = { type: "file", mediaType: "application/pdf", data: new URL("https://papers.example/oslo.pdf") };
  for (const [wire, files] of [
    ["anthropic", [image, pdf]],
    ["openai", [image]],
    ["openai-responses", [image, pdf]],
  ]) {
    await generateText({ model: tw(`${wire}/sim`), messages: ask(...files) });
    for (const { data } of files) assert.ok(JSON.stringify(seen.at(-1).body).includes(data.href), wire);
  }
});

test("an id of a file is the one that the file has with the provider", async () => {
  const { tw, seen } = setup();
  const file = {
    type: "file",
    mediaType: "application/pdf",
    data: { type: "reference", reference: { openai: "file-1", anthropic: "file_2" } },
  };
  for (const [wire, id] of [
    ["openai-responses", "file-1"],
    ["anthropic", "file_2"],
  ]) {
    await generateText({ model: tw(`${wire}/sim`), messages: ask(file) });
    assert.match(JSON.stringify(seen.at(-1).body), new RegExp(`"file_id":"${id}"`));
  }
});

test("results of tools may hold pictures, errors and refusals", async () => {
  const { tw, seen } = setup();
  const outputs = [
    {
      type: "content",
      value: [
        { type: "text", text: "Look:" },
        { type: "file", mediaType: "image/png", data: { type: "data", data: PNG } },
      ],
    },
    { type: "error-text", value: "no such street" },
    { type: "execution-denied", reason: "not today" },
    { type: "json", value: { degrees: 3 } },
  ];
  const id = (at) => `call_${at}`;
  await generateText({
    model: tw("anthropic/sim"),
    messages: [
      { role: "user", content: PROMPT },
      {
        role: "assistant",
        content: outputs.map((_, at) => ({ type: "tool-call", toolCallId: id(at), toolName: "look", input: { at } })),
      },
      {
        role: "tool",
        content: outputs.map((output, at) => ({ type: "tool-result", toolCallId: id(at), toolName: "look", output })),
      },
    ],
  });
  const [, asked, told] = seen[0].body.messages;
  assert.deepEqual(
    asked.content.map(({ input }) => input),
    [{ at: 0 }, { at: 1 }, { at: 2 }, { at: 3 }],
  );
  assert.deepEqual(
    told.content.map(({ tool_use_id, is_error }) => [tool_use_id, is_error ?? false]),
    [
      ["call_0", false],
      ["call_1", true],
      ["call_2", true],
      ["call_3", false],
    ],
  );
  assert.equal(told.content[0].content[1].source.data, PNG.toString("base64"));
  assert.match(JSON.stringify(told.content.slice(1)), /no such street.*not today.*\{\\"degrees\\":3\}/);
});

test("a picture that a model made is a file, and goes back with its state", async () => {
  const inlineData = { mimeType: "image/png", data: PNG.toString("base64") };
  const body = {
    candidates: [
      { content: { role: "model", parts: [{ inlineData, thoughtSignature: "c2lnbmVk" }] }, finishReason: "STOP" },
    ],
  };
  for (const run of [generateText, streamText]) {
    const { tw, seen } = setup({ fetch: answers(run === streamText ? [body] : body) });
    const result = await run({ model: tw("gemini/g"), prompt: PROMPT });
    const [file] = await result.files;
    assert.deepEqual([file.mediaType, Buffer.from(file.uint8Array)], ["image/png", PNG]);
    const messages = [
      { role: "user", content: PROMPT },
      ...(await result.response).messages,
      { role: "user", content: "Again." },
    ];
    await (
      await run({ model: tw("gemini/g"), messages })
    ).files;
    assert.deepEqual(seen[1].body.contents[1].parts, [{ inlineData, thoughtSignature: "c2lnbmVk" }]);
  }
});

/** An answer of Anthropic's for which it searched the web itself. */
const SEARCH = [
  { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "Oslo" } },
  {
    type: "web_search_tool_result",
    tool_use_id: "srvtoolu_1",
    content: [
      {
        type: "web_search_result",
        url: "https://yr.example/oslo",
        title: "Oslo",
        encrypted_content: "ZW5j",
        page_age: null,
      },
    ],
  },
];
const CITATION = {
  type: "web_search_result_location",
  url: "https://yr.example/oslo",
  title: "Oslo",
  encrypted_index: "aW5k",
  cited_text: "Mild today",
};
const USAGE = { input_tokens: 5, output_tokens: 7, server_tool_use: { web_search_requests: 1 } };
const HEAD = { id: "msg_1", type: "message", role: "assistant", model: "claude", usage: USAGE };

function searched(isStream) {
  if (!isStream) {
    const text = { type: "text", text: "It is mild.", citations: [CITATION] };
    return { ...HEAD, content: [...SEARCH, text], stop_reason: "end_turn", stop_sequence: null };
  }
  const block = (index, content_block, ...deltas) => [
    { type: "content_block_start", index, content_block },
    ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
  const [use, result] = SEARCH;
  return [
    { type: "message_start", message: { ...HEAD, content: [], stop_reason: null } },
    ...block(0, { ...use, input: {} }, { type: "input_json_delta", partial_json: JSON.stringify(use.input) }),
    ...block(1, result),
    ...block(
      2,
      { type: "text", text: "", citations: [] },
      { type: "text_delta", text: "It is mild." },
      { type: "citations_delta", citation: CITATION },
    ),
    { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: USAGE },
    { type: "message_stop" },
  ];
}

test("what a provider looked up is there as sources, and goes back as it came", async () => {
  for (const run of [generateText, streamText]) {
    const { tw, seen } = setup({ fetch: answers(searched(run === streamText)) });
    const result = await run({ model: tw("anthropic/claude"), prompt: PROMPT });
    assert.equal(await result.text, "It is mild.");
    const sources = await result.sources;
    assert.deepEqual(
      sources.map(({ url, title }) => [url, title]),
      [["https://yr.example/oslo", "Oslo"]],
    );
    const content = await result.content;
    assert.deepEqual(
      content.filter(({ type }) => type === "custom").map(({ kind }) => kind),
      ["anthropic.server_tool_use", "anthropic.web_search_tool_result"],
    );
    const [citation] = content.find(({ type }) => type === "text").citations;
    assert.deepEqual([citation.source.id, citation.citedText], [sources[0].id, "Mild today"]);
    const kept = JSON.parse(JSON.stringify((await result.response).messages));
    const messages = [{ role: "user", content: PROMPT }, ...kept, { role: "user", content: "Sure?" }];
    await (
      await run({ model: tw("anthropic/claude"), messages })
    ).text;
    assert.deepEqual(seen[1].body.messages[1].content, [
      ...SEARCH,
      { type: "text", text: "It is mild.", citations: [CITATION] },
    ]);
  }
});

test("a refusal is text that goes back as a refusal", async () => {
  const message = { role: "assistant", content: null, refusal: "I will not." };
  const { tw, seen } = setup({
    fetch: answers({ id: "c", model: "m", choices: [{ index: 0, message, finish_reason: "stop" }] }),
  });
  const { text, response } = await generateText({ model: tw("openai/m"), prompt: PROMPT });
  assert.equal(text, "I will not.");
  const messages = [{ role: "user", content: PROMPT }, ...response.messages, { role: "user", content: "Please." }];
  await generateText({ model: tw("openai/m"), messages });
  assert.match(JSON.stringify(seen[1].body.messages[1]), /"refusal":"I will not\."/);
});
