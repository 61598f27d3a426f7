// How an application uses the provider; compiled, not run.

import { type LanguageModel, createProviderRegistry, generateText, streamText, wrapLanguageModel } from "ai";
import {
  type TokenwireCallOptions,
  TokenwireError,
  type TokenwirePartOptions,
  type TokenwireProvider,
  createTokenwire,
} from "tokenwire/ai-sdk";
import { simFetch } from "tokenwire/testing";

const tw: TokenwireProvider = createTokenwire({
  providers: { anthropic: { apiKey: async () => "short-lived" } },
  retry: { maxAttempts: 4, onBreak: "resume" },
  fetch: simFetch(),
  onOutcome: ({ cost }) => console.log(cost.cost_usd),
});
const model: LanguageModel = tw("anthropic/claude-haiku-5-5");
const tokenwire = {
  output: { strict: false },
  parallel_tool_calls: false,
  reasoning: { summary: "auto" },
  tools: [{ kind: "vendor", wire: "anthropic", json: { type: "web_search_20250305", name: "web_search" } }],
} satisfies TokenwireCallOptions;
const marked = { cache: { ttl: "1h" } } satisfies TokenwirePartOptions;

try {
  const { text } = await generateText({
    model,
    messages: [{ role: "user", content: "Hello", providerOptions: { tokenwire: marked } }],
    providerOptions: { tokenwire },
  });
  streamText({ model: wrapLanguageModel({ model: tw.languageModel("claude"), middleware: [] }), prompt: text });
  createProviderRegistry({ tw });
} catch (error) {
  if (error instanceof TokenwireError) console.log(error.code);
}

// @ts-expect-error: what the AI SDK was given cannot be taken back.
createTokenwire({ providers: {}, retry: { onBreak: "discard" } });
// @ts-expect-error: there is no such field.
const mistyped = { paralel_tool_calls: true } satisfies TokenwireCallOptions;
