// A provider for the AI SDK. The client is that of `tokenwire/client`, one instance for all who import it.

export { type TokenwireOptions, type TokenwireProvider, createTokenwire } from "./ai-sdk/provider.js";
export type { TokenwireCallOptions, TokenwirePartOptions, TokenwireToolOptions } from "./ai-sdk/own.js";
export {
  AuthenticationError,
  ConnectionError,
  InternalError,
  RateLimitError,
  RequestError,
  TimeoutError,
  TokenwireError,
} from "tokenwire/client";
