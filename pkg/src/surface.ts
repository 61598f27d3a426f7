// What every entry exports beside its functions.

export type { CallOptions, Client, ClientOptions, ClientRequest, CostQuery } from "./client.js";
export type { Fetch } from "./driver.js";
export {
  AuthenticationError,
  ConnectionError,
  InternalError,
  RateLimitError,
  RequestError,
  TimeoutError,
  TokenwireError,
} from "./errors.js";
export type * from "./event.js";
export type { Loss } from "./loss.js";
export type {
  AccountingOptions,
  CallingOptions,
  Key,
  LimitOptions,
  ProviderOptions,
  RetryOptions,
  TimeoutOptions,
} from "./options.js";
export { answerMessage } from "./outcome.js";
export type * from "./outcome.js";
export type * from "./request.js";
export { EventStream, textOf } from "./stream.js";
