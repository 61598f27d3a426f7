// A caller's options, as the machine reads them.

import { wall } from "./clock.js";
import type { Fetch } from "./driver.js";
import { RequestError } from "./errors.js";
import type { CallingOptions, Key, ProviderOptions } from "./options.js";

/** No provider takes longer for a head, or is silent for longer within a stream. */
const TIMEOUTS = { headMs: 600_000, firstEventMs: 600_000, stallMs: 300_000 };

/** The names of each group of options. A name that is not there would be passed over in silence. */
const NAMES: Readonly<Record<string, string>> = {
  accounting: "estimates key tag",
  limits: "maxCostUsd maxTokens maxEventBytes maxBodyBytes maxAttemptBytes maxResponseBytes",
  provider: "dialect apiKey baseUrl headers",
  retry: "maxAttempts baseMs capMs jitterPercent maxHintMs totalMs onBreak",
  timeouts: "headMs firstEventMs stallMs attemptMs callMs",
};

/** Refuses options of names that mean nothing. */
export function check(options: object, names: string, where: string): void {
  for (const name of Object.keys(options)) {
    if (names.split(" ").includes(name)) continue;
    throw new RequestError(`expected of ${where} one of ${names.replaceAll(" ", ", ")}; found ${name}`);
  }
}

/** Refuses calling options of names that mean nothing, in the groups too. */
export function checkCalling(options: CallingOptions): void {
  for (const group of ["retry", "timeouts", "limits", "accounting"] as const) {
    check(options[group] ?? {}, NAMES[group] ?? "", group);
  }
}

/** Refuses provider options of names that mean nothing. */
export function checkProvider(options: ProviderOptions, where: string): void {
  check(options, NAMES["provider"] ?? "", where);
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
    baseUrl,
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

/** Anthropic answers a browser only where this is sent. */
const browserHeaders = (dialect: string): Record<string, string> =>
  dialect === "anthropic" && "document" in globalThis
    ? { "anthropic-dangerous-direct-browser-access": "true" }
    : {};

/** What sends the requests. */
export const transport = (options: CallingOptions): Fetch =>
  // A browser's `fetch` insists on being called on its global object.
  options.fetch ?? ((url, init) => globalThis.fetch(url, init));
