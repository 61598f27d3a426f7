// What the AI SDK has to be told of a dialect.

import type { ProviderOptions } from "../options.js";

const WEB = [/^https?:\/\/.*$/];
const GOOGLES = [
  /^https:\/\/generativelanguage\.googleapis\.com\/[^/]+\/files\/.*$/,
  /^https:\/\/(?:www\.)?youtube\.com\/watch\?.*$/,
  /^https:\/\/youtu\.be\/.*$/,
];

/** Which addresses a provider fetches itself. Where a dialect is not here, the AI SDK fetches them. */
const FETCHED: Readonly<Record<string, Record<string, RegExp[]>>> = {
  anthropic: { "image/*": WEB, "application/pdf": WEB },
  gemini: { "*/*": GOOGLES },
  openai: { "image/*": WEB },
  "openai-responses": { "image/*": WEB, "application/pdf": WEB },
};

/** The vendors of dialects that are not called like their vendor. */
const VENDORS: Readonly<Record<string, string>> = {
  gemini: "google",
  "gemini-openai": "google",
  "openai-responses": "openai",
  qwen: "alibaba",
};

/** Who answers: a configured provider, and the model there. */
export interface Address {
  /** The provider's name in the options. */
  readonly provider: string;
  /** The model's name at the provider. */
  readonly model: string;
  /** Whose opaque state the provider understands. */
  readonly vendor: string;
  /** Which addresses of files the provider fetches itself, by media type. */
  readonly fetches: Record<string, RegExp[]>;
}

/** Where a model id leads: `provider/model`, or a model alone where one provider is configured. */
export function addressOf(id: string, providers: Readonly<Record<string, ProviderOptions>>): Address | undefined {
  const names = Object.keys(providers);
  const slash = id.indexOf("/");
  const prefix = id.slice(0, Math.max(slash, 0));
  const isNamed = Object.hasOwn(providers, prefix);
  const provider = isNamed ? prefix : names.length === 1 ? names[0] : undefined;
  if (provider === undefined) return undefined;
  const dialect = providers[provider]?.dialect ?? provider;
  return {
    provider,
    model: isNamed ? id.slice(slash + 1) : id,
    vendor: VENDORS[dialect] ?? dialect,
    fetches: FETCHED[dialect] ?? {},
  };
}
