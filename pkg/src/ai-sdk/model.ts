// A model, as the AI SDK calls it.

import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamResult,
} from "@ai-sdk/provider";
import { TokenwireError } from "tokenwire/client";

import type { CallOptions, Client, ClientRequest } from "../client.js";
import type { Outcome } from "../outcome.js";
import { contentsOf } from "./content.js";
import type { Address } from "./dialects.js";
import { thrownOf } from "./errors.js";
import { finishOf, outcomeMetadata, usageOf } from "./finish.js";
import { requestOf, warningsOf } from "./request.js";
import { PartSource } from "./source.js";

/** What models have in common. */
export interface Setting {
  /** The client, or one that sends these headers too. */
  readonly client: (headers: Readonly<Record<string, string | undefined>>) => Client;
  /** Told how each call ended. */
  readonly report: (outcome: Outcome) => void;
}

/** The model at an address. */
export class Model implements LanguageModelV4 {
  readonly specificationVersion = "v4";
  readonly provider: string;
  readonly modelId: string;
  readonly supportedUrls: Record<string, RegExp[]>;
  readonly #address: Address;
  readonly #setting: Setting;

  constructor(address: Address, setting: Setting) {
    this.provider = `tokenwire.${address.provider}`;
    this.modelId = address.model;
    this.supportedUrls = address.fetches;
    this.#address = address;
    this.#setting = setting;
  }

  async doGenerate(call: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    const asked = requestOf(call, this.#address);
    const { request } = asked;
    const outcome = await this.#complete(request, call);
    const { id, model } = outcome;
    return {
      content: contentsOf(outcome, this.#address.vendor),
      finishReason: finishOf(outcome.finish),
      usage: usageOf(outcome.usage),
      ...outcomeMetadata(outcome),
      request: { body: request },
      response: { ...(id !== null && { id }), ...(model !== null && { modelId: model }) },
      warnings: warningsOf(asked, outcome.losses),
    };
  }

  async doStream(call: LanguageModelV4CallOptions): Promise<LanguageModelV4StreamResult> {
    const asked = requestOf(call, this.#address);
    const { request } = asked;
    const { report } = this.#setting;
    const signal = call.abortSignal;
    const isRaw = call.includeRawChunks === true;
    const events = this.#client(call).stream(request, signalOf(call));
    try {
      const warnings = warningsOf(asked, await events.losses());
      const source = new PartSource({ events, request, signal, vendor: this.#address.vendor, isRaw, report }, warnings);
      await source.begin();
      return { stream: new ReadableStream(source, { highWaterMark: 0 }), request: { body: request } };
    } catch (thrown) {
      // What was aborted before the answer began may have cost something too; what was not sent has no outcome.
      if (signal?.aborted) await events.outcome.then(report, () => {});
      throw this.#failed(thrown, request);
    }
  }

  async #complete(request: ClientRequest, call: LanguageModelV4CallOptions): Promise<Outcome> {
    try {
      const outcome = await this.#client(call).complete(request, signalOf(call));
      this.#setting.report(outcome);
      return outcome;
    } catch (thrown) {
      throw this.#failed(thrown, request);
    }
  }

  #failed(thrown: unknown, request: ClientRequest): unknown {
    if (thrown instanceof TokenwireError && thrown.outcome !== undefined) this.#setting.report(thrown.outcome);
    return thrownOf(thrown, request);
  }

  #client(call: LanguageModelV4CallOptions): Client {
    return this.#setting.client(call.headers ?? {});
  }
}

const signalOf = ({ abortSignal }: LanguageModelV4CallOptions): CallOptions =>
  abortSignal === undefined ? {} : { signal: abortSignal };
