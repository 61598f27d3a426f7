// What is thrown.

import type { FailureKind, Outcome } from "./outcome.js";

/** By what errors of another entry of the package are known, whose classes are other objects. */
const BRAND = Symbol.for("tokenwire.error");

/** Gives errors their class's name before the first stack is captured. */
function named(errors: { name: string; prototype: Error }): void {
  Object.defineProperty(errors.prototype, "name", { value: errors.name, configurable: true, writable: true });
  Object.defineProperty(errors.prototype, BRAND, { value: true });
}

/** A call that failed. What had come by then is in {@link TokenwireError.outcome}. */
export class TokenwireError extends Error {
  // Told by hand, because minified classes have other names.
  static override readonly name: string = "TokenwireError";

  static {
    named(this);
  }

  /** Errors of every entry of the package are instances of the classes of each. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    const isOurs = value instanceof Error && BRAND in value;
    return isOurs && (this.name === "TokenwireError" || this.name === value.name);
  }

  /** The kind of failure: `rate_limit`, `timeout`, `invalid_request`, … */
  readonly code: FailureKind | "internal";
  /** The HTTP status of the last attempt, if a response came. */
  readonly status: number | undefined;
  /** How long the provider asked to wait, in milliseconds, if it did. */
  readonly retryAfterMs: number | undefined;
  /** All that is known of the call; nothing where none was made. */
  readonly outcome: Outcome | undefined;

  constructor(message: string, code: FailureKind | "internal", outcome?: Outcome, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = outcome?.failure?.status ?? undefined;
    this.retryAfterMs = outcome?.failure?.retry_after_ms ?? undefined;
    this.outcome = outcome;
  }
}

/** The provider asks for fewer requests, or a quota is used up. */
export class RateLimitError extends TokenwireError {
  static override readonly name = "RateLimitError";

  static {
    named(this);
  }
}

/** The key is missing, wrong, or may not do this. */
export class AuthenticationError extends TokenwireError {
  static override readonly name = "AuthenticationError";

  static {
    named(this);
  }
}

/** One of the call's own deadlines passed. */
export class TimeoutError extends TokenwireError {
  static override readonly name = "TimeoutError";

  static {
    named(this);
  }
}

/** The provider could not be reached, or its answer broke off. */
export class ConnectionError extends TokenwireError {
  static override readonly name = "ConnectionError";

  static {
    named(this);
  }
}

/** The request or the options are wrong; nothing was sent. */
export class RequestError extends TokenwireError {
  static override readonly name = "RequestError";

  static {
    named(this);
  }

  constructor(message: string) {
    super(message, "invalid_request");
  }
}

/** The package itself failed. Other calls are not touched; please report it. */
export class InternalError extends TokenwireError {
  static override readonly name = "InternalError";

  static {
    named(this);
  }

  constructor(cause: unknown) {
    const what = cause instanceof Error ? cause.message : String(cause);
    super(`the machine failed, which is a fault of tokenwire: ${what}`, "internal", undefined, { cause });
  }
}

type Class = new (message: string, code: FailureKind | "internal", outcome: Outcome) => TokenwireError;

const CLASSES: Readonly<Record<string, Class>> = {
  authentication: AuthenticationError,
  connection: ConnectionError,
  forbidden: AuthenticationError,
  incomplete: ConnectionError,
  quota_exceeded: RateLimitError,
  rate_limit: RateLimitError,
  timeout: TimeoutError,
};

/** The error of a call that failed. */
export function errorOf(outcome: Outcome): TokenwireError {
  const { failure } = outcome;
  const [kind, message] = [failure?.kind ?? "unknown", failure?.message ?? "the call failed"];
  return new (CLASSES[kind] ?? TokenwireError)(message, kind, outcome);
}
