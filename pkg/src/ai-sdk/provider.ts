// The provider: models by name.

import type { LanguageModelV4, NoSuchModelError, ProviderV4 } from "@ai-sdk/provider";
import { RequestError, createClient } from "tokenwire/client";

import type { Client, ClientOptions } from "../client.js";
import { tell } from "../observer.js";
import type { RetryOptions } from "../options.js";
import type { Outcome } from "../outcome.js";
import { addressOf } from "./dialects.js";
import { NoModelError } from "./errors.js";
import { Model, type Setting } from "./model.js";

/** How a provider for the AI SDK is set up: as a client is. */
export interface TokenwireOptions extends Omit<ClientOptions, "retry"> {
  /**
   * When to try again. All retries happen here; the AI SDK makes none. What the AI SDK was given cannot be
   * taken back, so `onBreak` may not be `discard`.
   */
  retry?: Omit<RetryOptions, "onBreak"> & { onBreak?: "resume" | "stop" };
  /**
   * Told what each call came to: attempts, usage, cost. Of calls that were aborted it is told where they
   * stream. What it throws goes to the console, and the call goes on.
   */
  onOutcome?: (outcome: Outcome) => void;
}

/** Gives models to the AI SDK. */
export interface TokenwireProvider extends ProviderV4 {
  /**
   * A model: `provider/model`, with the name of a configured provider; the model alone where one provider is
   * configured.
   *
   * @throws an error that the AI SDK knows as `NoSuchModelError`, where no configured provider is named.
   */
  (modelId: string): LanguageModelV4;
  /** The same. */
  languageModel(modelId: string): LanguageModelV4;
  /** @throws an error that the AI SDK knows as `NoSuchModelError`: there are language models only. */
  embeddingModel(modelId: string): never;
  /** @throws an error that the AI SDK knows as `NoSuchModelError`: there are language models only. */
  imageModel(modelId: string): never;
}

/**
 * A provider for the AI SDK whose calls keep their retries, deadlines and accounting.
 *
 * @throws RequestError where an option means nothing.
 *
 * @example
 * ```ts
 * const tw = createTokenwire({ providers: { anthropic: { apiKey } }, retry: { maxAttempts: 4 } });
 * const { text } = await generateText({ model: tw("anthropic/claude-haiku-5-5"), prompt: "Name a colour." });
 * ```
 */
export function createTokenwire({ onOutcome, ...options }: TokenwireOptions): TokenwireProvider {
  refuseDiscard(options.retry);
  const client = createClient(options);
  const setting: Setting = {
    client: (headers) => withHeaders(client, options, headers),
    report: (outcome) => tell(onOutcome, outcome),
  };
  const languageModel = (modelId: string): Model => {
    const address = addressOf(modelId, options.providers);
    if (address !== undefined) return new Model(address, setting);
    const names = Object.keys(options.providers).join(", ");
    throw new NoModelError(modelId, "languageModel", `expected provider/model with one of ${names}; found ${modelId}`);
  };
  return Object.assign((modelId: string) => languageModel(modelId), {
    specificationVersion: "v4" as const,
    languageModel,
    embeddingModel: none("embeddingModel"),
    imageModel: none("imageModel"),
  });
}

/** Types are not all that callers have. */
function refuseDiscard(retry: RetryOptions | undefined): void {
  if (retry?.onBreak !== "discard") return;
  throw new RequestError("expected onBreak to be stop or resume, since the AI SDK takes nothing back; found discard");
}

/** The client, or one that sends more headers: the AI SDK has headers for each call. */
function withHeaders(
  client: Client,
  options: ClientOptions,
  more: Readonly<Record<string, string | undefined>>,
): Client {
  const added = Object.entries(more).filter((header): header is [string, string] => header[1] !== undefined);
  if (added.length === 0) return client;
  const headers = Object.fromEntries(added);
  const providers = Object.entries(options.providers).map(
    ([name, provider]) => [name, { ...provider, headers: { ...provider.headers, ...headers } }] as const,
  );
  return createClient({ ...options, providers: Object.fromEntries(providers) });
}

const none =
  (modelType: NoSuchModelError["modelType"]) =>
  (modelId: string): never => {
    throw new NoModelError(modelId, modelType, `tokenwire has language models only; found ${modelType} ${modelId}`);
  };
