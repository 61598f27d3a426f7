// What a caller may say about a provider and about how calls are made.

/** A key, or where one comes from: asked for once a call, so that it may be short-lived. */
export type Key = string | (() => string | Promise<string>);

/** When to try again. Times in milliseconds. */
export interface RetryOptions {
  /** Attempts in all, the first one included; `null` has no bound. Default 3. */
  maxAttempts?: number | null;
  /** The wait before the first retry; each next one is twice as long. Default 1,000. */
  baseMs?: number;
  /** The longest computed wait. Default 30,000. A server's own hint may be longer. */
  capMs?: number;
  /** The longest server hint that is obeyed; a longer one ends the call at once. Default 120,000. */
  maxHintMs?: number | null;
  /** No retry starts later than this after the call began. Default none. */
  totalMs?: number | null;
}

/** How long things may take, in milliseconds. Default: nothing is limited. */
export interface TimeoutOptions {
  /** From an attempt's start to its response head. */
  headMs?: number;
  /** From an attempt's start to its first event. Comments and pings are no events. */
  firstEventMs?: number;
  /** Between two events. */
  stallMs?: number;
  /** A whole attempt. */
  attemptMs?: number;
  /** The whole call, waits included. */
  callMs?: number;
}

/** One thing that a wire could not carry. */
export interface Loss {
  readonly action: "approximated" | "dropped" | "refused" | "renamed";
  /** Where it stood: `messages[2].parts[0]`, `sampling.top_k`. */
  readonly path: string;
  readonly why: string;
}
