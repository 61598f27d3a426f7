// A caller's options, as the machine reads them.

import { wall } from "./clock.js";
import type { Fetch } from "./driver.js";
import { RequestError } from "./errors.js";
import type { CallingOptions, Key, ProviderOptions } from "./options.js";

/** No provider takes longer for a head, or is silent for longer within a stream. */
const TIMEOUTS = { headMs: 600_000, firstEventMs: 600_000, stallMs: 300_000 };

/** What an option may be. A value of another kind would be passed over in silence. */
type Kind = "flag" | "key" | "text" | "texts" | "whole" | "whole or null";

const ACCOUNTING = { estimates: "flag", key: "text", tag: "text" } as const;
const LIMITS = {
  maxCostUsd: "text",
  maxTokens: "whole",
  maxEventBytes: "whole",
  maxBodyBytes: "whole",
  maxAttemptBytes: "whole",
  maxResponseBytes: "whole",
} as const;
const PROVIDER = { dialect: "text", apiKey: "key", baseUrl: "text", headers: "texts" } as const;
const RETRY = {
  maxAttempts: "whole or null",
  baseMs: "whole",
  capMs: "whole",
  jitterPercent: "whole",
  maxHintMs: "whole or null",
  totalMs: "whole or null",
  onBreak: "text",
} as const;
const TIMES = {
  headMs: "whole",
  firstEventMs: "whole",
  stallMs: "whole",
  attemptMs: "whole",
  callMs: "whole",
} as const;
const GROUPS = { accounting: ACCOUNTING, limits: LIMITS, retry: RETRY, timeouts: TIMES };

const isWhole = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const IS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  flag: (value) => typeof value === "boolean",
  key: (value) => typeof value === "string" || typeof value === "function",
  text: (value) => typeof value === "string",
  texts: (value) => typeof value === "object" && Object.values(value ?? {}).every((text) => typeof text === "string"),
  whole: isWhole,
  "whole or null": (value) => value === null || isWhole(value),
};

const NAMES: Readonly<Record<Kind, string>> = {
  flag: "true or false",
  key: "a text or a function",
  text: "a text",
  texts: "texts by name",
  whole: "a whole number",
  "whole or null": "a whole number or null",
};

/** Refuses options of names that mean nothing. */
export function check(options: object, names: string, where: string): void {
  for (const name of Object.keys(options)) {
    if (names.split(" ").includes(name)) continue;
    throw new RequestError(`expected of ${where} one of ${names.replaceAll(" ", ", ")}; found ${name}`);
  }
}

/** The same, and refuses values of another kind. Values are not repeated: one may be a key. */
function checkKinds(options: object, kinds: Readonly<Record<string, Kind>>, where: string): void {
  check(options, Object.keys(kinds).join(" "), where);
  for (const [name, value] of Object.entries(options)) {
    const kind = kinds[name];
    if (value === undefined || kind === undefined || IS[kind](value)) continue;
    const found = typeof value === "number" ? String(value) : value === null ? "null" : typeof value;
    throw new RequestError(`expected of ${where}.${name} ${NAMES[kind]}; found ${found}`);
  }
}

/** Refuses calling options that mean nothing, in the groups too. */
export function checkCalling(options: CallingOptions): void {
  for (const [group, kinds] of Object.entries(GROUPS)) {
    checkKinds(options[group as keyof typeof GROUPS] ?? {}, kinds, group);
  }
}

/** Refuses provider options that mean nothing. */
export function checkProvider(options: ProviderOptions, where: string): void {
  checkKinds(options, PROVIDER, where);
}

/** The machine's options, JSON. */
export async function configOf(
  provider: ProviderOptions & { dialect: string },
  calling: CallingOptions,
  rest: object,
): Promise<string> {
  const { dialect, baseUrl, headers } = provider;
  const { retry, limits, accounting } = calling;
  return JSON.stringify({
    dialect,
    baseUrl: baseUrl && resolved(baseUrl),
    apiKey: await keyOf(provider.apiKey),
    headers: { ...browserHeaders(dialect), ...headers },
    retry,
    timeouts: { ...TIMEOUTS, ...calling.timeouts },
    limits,
    accounting,
    wall: wall(),
    ...rest,
  });
}

const keyOf = async (key: Key | undefined): Promise<string | undefined> =>
  typeof key === "function" ? key() : key;

/** Where a page or a worker of a browser lies; nothing elsewhere. */
const page = (): string | undefined => (globalThis as { location?: { href: string } }).location?.href;

/** A page may name its own back end by a path. */
const resolved = (url: string): string => (url.startsWith("/") ? new URL(url, page()).href : url);

/** Anthropic answers a browser only where this is sent. */
const browserHeaders = (dialect: string): Record<string, string> =>
  dialect === "anthropic" && page() !== undefined ? { "anthropic-dangerous-direct-browser-access": "true" } : {};

/** What sends the requests. */
export const transport = (options: CallingOptions): Fetch =>
  // A browser's `fetch` insists on being called on its global object.
  options.fetch ?? ((url, init) => globalThis.fetch(url, init));
