// The client: providers by name, and calls to them.

import type { CallModule } from "./border.js";
import { now, seed } from "./clock.js";
import { check, checkCalling, checkProvider, configOf, transport } from "./config.js";
import { Driver } from "./driver.js";
import { RequestError, errorOf } from "./errors.js";
import type { CallingOptions, ProviderOptions } from "./options.js";
import type { Cost, Outcome } from "./outcome.js";
import type { CallRequest } from "./request.js";
import { EventStream } from "./stream.js";

/** How a client is set up. */
export interface ClientOptions extends CallingOptions {
  /** The providers, by name. A name that is no dialect's needs a `dialect`. */
  providers: Record<string, ProviderOptions>;
}

/** A request, and who is to answer it. */
export interface ClientRequest extends CallRequest {
  /**
   * The provider's name. May be left out where the client has one alone, and of several where `model` is spelled
   * `provider/model`.
   */
  provider?: string | undefined;
}

/** What can be said of one call. */
export interface CallOptions {
  /** Cancels the call. */
  signal?: AbortSignal | undefined;
}

/** What a cost is asked of. */
export interface CostQuery {
  /** The provider's name: one of the client's, a dialect's, or a price list's (`aws`). */
  provider: string;
  /** The model; asked where `usage` does not name one. */
  model?: string | undefined;
  /** A response's JSON, its usage object, or an event of its stream, as the provider sent it. */
  usage: object | string;
  /** The day of the prices. Default: now. */
  at?: Date | undefined;
}

/** Makes calls. */
export interface Client {
  /**
   * A call, as a stream of its events.
   *
   * @throws RequestError where the provider is not known.
   */
  stream(request: ClientRequest, options?: CallOptions): EventStream;
  /**
   * A call whose answer comes whole, without streaming.
   *
   * @throws TokenwireError when the call failed; the signal's reason when it was aborted.
   */
  complete(request: ClientRequest, options?: CallOptions): Promise<Outcome>;
  /**
   * What a response cost, by the prices that come with the package.
   *
   * @throws RequestError where `usage` is not JSON.
   */
  cost(query: CostQuery): Cost;
}

interface Addressed {
  readonly provider: ProviderOptions & { dialect: string };
  readonly request: CallRequest;
}

/** Builds `createClient` over a loaded module. */
export const clientOver =
  (wasm: () => CallModule) =>
  (options: ClientOptions): Client => {
    check(options, "providers retry timeouts limits accounting fetch", "createClient");
    checkCalling(options);
    for (const [name, provider] of Object.entries(options.providers)) checkProvider(provider, name);
    return new WiredClient(wasm, options);
  };

class WiredClient implements Client {
  readonly #wasm: () => CallModule;
  readonly #options: ClientOptions;

  constructor(wasm: () => CallModule, options: ClientOptions) {
    this.#wasm = wasm;
    this.#options = options;
  }

  stream(request: ClientRequest, { signal }: CallOptions = {}): EventStream {
    const addressed = this.#address(request);
    return this.#calling(addressed, true, signal);
  }

  async complete(request: ClientRequest, { signal }: CallOptions = {}): Promise<Outcome> {
    const addressed = this.#address(request);
    const outcome = await this.#calling(addressed, false, signal).outcome;
    if (outcome.failure === null) return outcome;
    if (outcome.failure.kind === "cancelled") signal?.throwIfAborted();
    throw errorOf(outcome);
  }

  cost({ provider, model, usage, at }: CostQuery): Cost {
    const dialect = this.#options.providers[provider]?.dialect ?? provider;
    if (typeof usage === "object" && "counts" in usage) {
      throw new RequestError("expected usage as the provider states it; what an outcome's cost is, it has as `cost`");
    }
    const body = typeof usage === "string" ? usage : JSON.stringify(usage);
    const json = requested(() => this.#wasm().cost(dialect, model ?? "", body, (at ?? new Date()).getTime()));
    return JSON.parse(json) as Cost;
  }

  /** The request is taken as it stands now, whatever becomes of its objects. */
  #calling({ provider, request }: Addressed, stream: boolean, signal: AbortSignal | undefined): EventStream {
    const json = JSON.stringify(request);
    const start = async (): Promise<() => Driver> => {
      const config = await configOf(provider, this.#options, { stream });
      return () => {
        const machine = requested(() => this.#wasm().Machine.call(json, config, seed(), now(), stream));
        return new Driver(machine, transport(this.#options));
      };
    };
    return new EventStream(start, signal);
  }

  /** Finds out who is to answer. */
  #address({ provider: named, ...request }: ClientRequest): Addressed {
    const { providers } = this.#options;
    const names = Object.keys(providers);
    if (typeof request.model !== "string") throw new RequestError(`expected a model, found ${typeof request.model}`);
    const [prefix = "", ...rest] = request.model.split("/");
    let name = named ?? (names.length === 1 ? names[0] : undefined);
    if (name === undefined && rest.length > 0 && Object.hasOwn(providers, prefix)) {
      name = prefix;
      request.model = rest.join("/");
    }
    const provider = name !== undefined && Object.hasOwn(providers, name) ? providers[name] : undefined;
    if (name === undefined || provider === undefined) {
      throw new RequestError(`expected a provider, one of ${names.join(", ")}; found ${name ?? "none"}`);
    }
    return { provider: { ...provider, dialect: provider.dialect ?? name }, request };
  }
}

/** Turns what the machine says of wrong input into an error; anything else is thrown on. */
export function requested<T>(make: () => T): T {
  try {
    return make();
  } catch (thrown) {
    throw typeof thrown === "string" ? new RequestError(thrown) : thrown;
  }
}
