// What a caller may say about providers and about how calls are made.

import type { Fetch } from "./driver.js";

/**
 * A key, or where one comes from: asked for once a call, so that it may be short-lived. Deadlines begin once it is
 * there; whoever aborts does not wait for it.
 */
export type Key = string | (() => string | Promise<string>);

/** Where calls go. */
export interface ProviderOptions {
  /**
   * How the provider speaks: `anthropic`, `gemini`, `openai` (Chat Completions), `openai-responses`, or a
   * compatible one: `groq`, `mistral`, `deepseek`, `openrouter`, … Default: the name that it is given.
   */
  dialect?: string | undefined;
  /** The provider's key, or a function that gives one. */
  apiKey?: Key | undefined;
  /** Another address: your own back end (in a page also a path of it), a gateway. Default: the provider's. */
  baseUrl?: string | undefined;
  /** Headers to send beside the provider's own. */
  headers?: Record<string, string> | undefined;
}

/** When to try again. Times in milliseconds. */
export interface RetryOptions {
  /** Attempts in all, the first one included; `null` has no bound. Default 3. */
  maxAttempts?: number | null | undefined;
  /** The wait before the first retry; each next one is twice as long. Default 1,000. */
  baseMs?: number | undefined;
  /** The longest computed wait. Default 30,000. A server's own hint may be longer. */
  capMs?: number | undefined;
  /** How much is added to a wait by chance, at most, in percent of it. Default 10. */
  jitterPercent?: number | undefined;
  /** The longest server hint that is obeyed; a longer one ends the call at once. `null` obeys any. Default 120,000. */
  maxHintMs?: number | null | undefined;
  /** No retry starts later than this after the call began. Default: no bound. */
  totalMs?: number | null | undefined;
  /**
   * What to do when a stream breaks after part of the answer was shown: `stop` with what came; `resume` where
   * the provider can go on (Responses in the background, Gemini with a continuation token); or `discard`: a
   * `discard` event tells what to forget, and it comes again. Default `stop`.
   */
  onBreak?: "discard" | "resume" | "stop" | undefined;
}

/** How long things may take, in milliseconds; 0 is no limit. */
export interface TimeoutOptions {
  /** From an attempt's start to its response head. Default 600,000. */
  headMs?: number | undefined;
  /** From an attempt's start to its first event. Comments and pings are no events. Default 600,000. */
  firstEventMs?: number | undefined;
  /** Between two events; time in which nobody reads does not count. Default 300,000. */
  stallMs?: number | undefined;
  /** A whole attempt. Default: no limit. */
  attemptMs?: number | undefined;
  /** The whole call, waits included. Default: no limit. */
  callMs?: number | undefined;
}

/** How much a call may spend, and hold. */
export interface LimitOptions {
  /** The most a call may cost, in US dollars, as decimal text: `"0.50"`. A call whose price is not known is not sent. */
  maxCostUsd?: string | undefined;
  /** The most tokens of a call, input and output together. */
  maxTokens?: number | undefined;
  /** One event of a stream, in bytes. Default 32 MiB. */
  maxEventBytes?: number | undefined;
  /** A body that does not stream, in bytes. Default 64 MiB. */
  maxBodyBytes?: number | undefined;
  /** All bytes of one attempt's response. Default 256 MiB. */
  maxAttemptBytes?: number | undefined;
  /** The content that an outcome holds, in bytes. Default 64 MiB. */
  maxResponseBytes?: number | undefined;
}

/** To whom a call is put down. */
export interface AccountingOptions {
  /** Whether counts that a response left open are estimated from its text; such a usage says so. Default: no. */
  estimates?: boolean | undefined;
  /** A label of the key; never the secret. */
  key?: string | undefined;
  /** Your own word: a team, a feature. */
  tag?: string | undefined;
}

/** How calls are made. */
export interface CallingOptions {
  /** When to try again. */
  retry?: RetryOptions | undefined;
  /** How long things may take. */
  timeouts?: TimeoutOptions | undefined;
  /** How much a call may spend, and hold. */
  limits?: LimitOptions | undefined;
  /** To whom calls are put down. */
  accounting?: AccountingOptions | undefined;
  /** Sends the requests. Default: the global `fetch`. */
  fetch?: Fetch | undefined;
}
