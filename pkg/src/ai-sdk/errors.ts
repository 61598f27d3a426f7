// Failures as the AI SDK knows them.
//
// The AI SDK tells its errors by marks, not by classes, so that they are known across its versions; with the
// marks alone nothing of it has to be loaded.

import type { APICallError, NoSuchModelError } from "@ai-sdk/provider";
import { TokenwireError } from "tokenwire/client";

import type { ClientRequest } from "../client.js";

const marks = (name: string): Record<symbol, boolean> => ({
  [Symbol.for("vercel.ai.error")]: true,
  [Symbol.for(`vercel.ai.error.${name}`)]: true,
});

/** A call that failed: an `APICallError` of the AI SDK, whose `cause` is the {@link TokenwireError}. */
export class CallError extends Error implements Omit<APICallError, "cause"> {
  override readonly name = "AI_APICallError";
  /** The provider and the model: the address itself is not told. */
  readonly url: string;
  /** The request, in its neutral form. */
  readonly requestBodyValues: unknown;
  /** The HTTP status of the last attempt, if a response came. */
  declare readonly statusCode?: number;
  /** Never: what could be tried again was tried again. */
  readonly isRetryable = false;
  /** The failure: its kind, the provider's own code, the id of the request. */
  readonly data: unknown;
  /** The failure with its outcome: attempts, usage, cost. */
  declare readonly cause: TokenwireError;

  constructor(cause: TokenwireError, request: ClientRequest) {
    super(cause.message, { cause });
    this.url = `tokenwire:${request.provider}/${request.model}`;
    this.requestBodyValues = request;
    if (cause.status !== undefined) this.statusCode = cause.status;
    this.data = cause.outcome?.failure;
    Object.assign(this, marks(this.name));
  }
}

/** A model id that leads to no configured provider. */
export class NoModelError extends Error implements Omit<NoSuchModelError, "cause"> {
  override readonly name = "AI_NoSuchModelError";

  constructor(
    readonly modelId: string,
    readonly modelType: NoSuchModelError["modelType"],
    message: string,
  ) {
    super(message);
    Object.assign(this, marks(this.name));
  }
}

/** What the AI SDK is to be given for what was thrown: failed calls are told its way, all else stays. */
export const thrownOf = (thrown: unknown, request: ClientRequest): unknown =>
  thrown instanceof TokenwireError && thrown.outcome !== undefined ? new CallError(thrown, request) : thrown;
