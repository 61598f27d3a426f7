// A `fetch` for the SDKs that people already have.

import { type Machine, type RelayModule, lines, pairs } from "./border.js";
import { now, seed } from "./clock.js";
import { check, checkCalling, checkProvider, configOf, transport } from "./config.js";
import { AnswerHead, Driver, type End } from "./driver.js";
import { ConnectionError, RequestError } from "./errors.js";
import type { CallEvent } from "./event.js";
import type { Loss } from "./loss.js";
import { tell } from "./observer.js";
import type { CallingOptions, ProviderOptions } from "./options.js";
import type { Outcome } from "./outcome.js";

/** How a relaying `fetch` is set up. */
export interface FetchOptions extends CallingOptions, Omit<ProviderOptions, "dialect"> {
  /** Who answers: a dialect's name, as in {@link ProviderOptions.dialect}. The SDK's own key goes nowhere. */
  upstream: string;
  /** The model to ask for, whatever the SDK names. */
  model?: string | undefined;
  /** Refuse requests of which anything would be lost, but for what `accept` names. */
  strict?: boolean | undefined;
  /** Losses at these paths and below them are accepted. */
  accept?: string[] | undefined;
  /** Losses at these paths and below them are refused. */
  refuse?: string[] | undefined;
  /** Write requests and answers anew where both sides speak the same wire too. Default: bytes pass. */
  rewrite?: boolean | undefined;
  /**
   * Ask for the usage of a Chat stream where the SDK does not and its bytes pass. The SDK then gets the chunk
   * with the usage too, which has no choices. Default: what was not asked for is missing in the outcome.
   */
  askUsage?: boolean | undefined;
  /**
   * The secret of 32 bytes under which a provider's opaque state (thinking signatures and the like) travels
   * through an application that speaks another wire. The default is known to everybody: set one where
   * applications are not trusted.
   */
  sealKey?: Uint8Array | undefined;
  /** Told every event of every call. What this or another observer throws goes to the console, and the call goes on. */
  onEvent?: ((event: CallEvent) => void) | undefined;
  /** Told what each call came to: attempts, usage, cost. */
  onOutcome?: ((outcome: Outcome) => void) | undefined;
  /** Told what a wire could not carry. */
  onLoss?: ((loss: Loss) => void) | undefined;
}

/**
 * A function of `fetch`'s shape, as SDKs take it. A failure that comes through has been tried as often as `retry`
 * says, so it forbids the SDKs that can be told so to try again (`x-should-retry: false`); to leave retrying to the
 * SDK, set `maxAttempts` to 1.
 */
export type RelayFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

const NAMES =
  "upstream apiKey baseUrl headers model strict accept refuse rewrite askUsage sealKey onEvent onOutcome onLoss " +
  "retry timeouts limits accounting fetch";

/** Builds `createFetch` over a loaded module. */
export const fetchOver =
  (wasm: () => RelayModule) =>
  (options: FetchOptions): RelayFetch => {
    check(options, NAMES, "createFetch");
    checkCalling(options);
    checkProvider(providerOf(options), "createFetch");
    return async (input, init) => relay(wasm(), options, new Request(input, init));
  };

async function relay(wasm: RelayModule, options: FetchOptions, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const [path, headers] = [url.pathname + url.search, lines(request.headers)];
  const [question, wire] = wasm.endpoint(request.method, path, headers)?.split(" ") ?? [];
  if (question !== "answer" || wire === undefined) return unknown(request.method, url.pathname);
  const { signal } = request;
  signal.throwIfAborted();
  const body = await request.text();
  const translation = translationOf(options);
  const config = await unlessAborted(signal, configOf(providerOf(options), options, { translation }));
  let machine: Machine;
  try {
    const isWatched = options.onEvent !== undefined;
    machine = wasm.Machine.relay(wire, path, headers, body, config, seed(), now(), isWatched);
  } catch (thrown) {
    return refused(thrown);
  }
  return new Answer(new Driver(machine, transport(options)), options, request).response();
}

/** What a promise comes to, unless the signal aborts before: a key that never comes must not keep whoever left. */
function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

const providerOf = ({ upstream, apiKey, baseUrl, headers }: FetchOptions): ProviderOptions & { dialect: string } => ({
  dialect: upstream,
  ...(apiKey !== undefined && { apiKey }),
  ...(baseUrl !== undefined && { baseUrl }),
  ...(headers !== undefined && { headers }),
});

/** How one call is translated, as the machine reads it. */
const translationOf = ({ model, strict, accept, refuse, rewrite, askUsage, sealKey }: FetchOptions): object => ({
  model,
  strict,
  accept,
  refuse,
  rewrite,
  askUsage,
  sealKey: sealKey && hexadecimal(sealKey),
  id: word() + word(),
});

/** A relayed answer on its way to the application. */
class Answer {
  readonly #driver: Driver;
  readonly #options: FetchOptions;
  /** Kept whole: a request that is collected takes the caller's signal from its own. */
  readonly #request: Request;
  readonly #abandon = (): void => {
    this.#driver.cancel();
    this.#finish();
  };
  #isReported = false;

  constructor(driver: Driver, options: FetchOptions, request: Request) {
    this.#driver = driver;
    this.#options = options;
    this.#request = request;
    request.signal.addEventListener("abort", this.#abandon, { once: true });
  }

  /** The answer, once its head is there. */
  async response(): Promise<Response> {
    try {
      return await this.#opened();
    } catch (error) {
      this.#abandon();
      throw error;
    }
  }

  async #opened(): Promise<Response> {
    const head = await this.#next();
    if (!(head instanceof AnswerHead)) throw new ConnectionError("expected the head of an answer", "connection");
    const { status } = head;
    const headers = new Headers(head.headers);
    // An SDK would try anew what was tried already, as often again.
    if (status >= 400 && this.#options.retry?.maxAttempts !== 1) headers.set("x-should-retry", "false");
    if (status === 204 || status === 304) {
      while ((await this.#next()) !== undefined);
      return new Response(null, { status, headers });
    }
    const body = new ReadableStream<Uint8Array>(
      { pull: (controller) => this.#pull(controller), cancel: this.#abandon },
      { highWaterMark: 0 },
    );
    return new Response(body, { status, headers });
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const news = await this.#next();
    if (news instanceof Uint8Array) return controller.enqueue(news);
    if (this.#driver.end?.isCutOff) return controller.error(new TypeError("the provider's answer broke off"));
    controller.close();
  }

  /** The next piece for the application. */
  async #next(): Promise<AnswerHead | Uint8Array | undefined> {
    for (;;) {
      const news = await this.#driver.next();
      this.#request.signal.throwIfAborted();
      if (news === undefined) this.#finish();
      if (news === undefined || news instanceof AnswerHead || news instanceof Uint8Array) return news;
      tell(this.#options.onEvent, news);
    }
  }

  #finish(): void {
    this.#request.signal.removeEventListener("abort", this.#abandon);
    const end = this.#driver.end;
    if (end === undefined || this.#isReported) return;
    this.#isReported = true;
    report(end, this.#options);
  }
}

function report(end: End, { onLoss, onOutcome }: FetchOptions): void {
  if (onLoss !== undefined) for (const loss of JSON.parse(end.losses) as Loss[]) tell(onLoss, loss);
  if (onOutcome !== undefined) tell(onOutcome, JSON.parse(end.outcome) as Outcome);
}

/** 16 digits, of which half are chance. Pages without TLS have no `crypto.randomUUID`. */
const word = (): string => seed().toString(16).padStart(16, "0");

const hexadecimal = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** A refused request's answer; anything else that was thrown is thrown on. */
function refused(thrown: unknown): Response {
  if (typeof thrown !== "string") throw thrown;
  if (!thrown.startsWith("{")) throw new RequestError(thrown);
  const { status, headers, body } = JSON.parse(thrown) as { status: number; headers: string; body: string };
  return new Response(body, { status, headers: [["content-type", "application/json"], ...pairs(headers)] });
}

/** An address at which none of the four wires asks for an answer. */
function unknown(method: string, path: string): Response {
  const message = `tokenwire answers no ${method} ${path}: it relays requests for answers only`;
  return Response.json({ error: { message, type: "not_found_error" } }, { status: 404 });
}
