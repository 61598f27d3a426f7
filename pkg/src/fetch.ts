// A `fetch` for the SDKs that people already have.

import { Driver, type Fetch, type News } from "./driver.js";
import { type Machine, flat } from "./machine.js";
import type { Key, Loss, RetryOptions, TimeoutOptions } from "./options.js";

/** How a relaying fetch is set up. */
export interface FetchOptions {
  /** Who answers: `anthropic`, `gemini`, `openai`, `openai-responses`, or a compatible provider's name. */
  upstream: string;
  /** The provider's key, or a function that gives one. What the SDK sends as its own key goes nowhere. */
  apiKey?: Key;
  /** Another address of the provider: your own back end, a gateway. */
  baseUrl?: string;
  /** The model to ask for, whatever the SDK names. */
  model?: string;
  /** Headers to send beside the provider's own. */
  headers?: Record<string, string>;
  retry?: RetryOptions;
  timeouts?: TimeoutOptions;
  /** Refuse requests of which anything would be lost, but for what `accept` names. */
  strict?: boolean;
  /** Losses at these paths and below them are accepted. */
  accept?: string[];
  /** Losses at these paths and below them are refused. */
  refuse?: string[];
  /** Sends the requests; the global `fetch` unless given. */
  fetch?: Fetch;
  /** Told every event of every call, as JSON text. */
  onEvent?: (json: string) => void;
  /** Told what each call came to, as JSON text: attempts, usage, cost. */
  onOutcome?: (json: string) => void;
  /** Told what a wire could not carry. */
  onLoss?: (loss: Loss) => void;
}

/** A function of `fetch`'s shape, as SDKs take it. */
export type RelayFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

interface RelayConstructor {
  new (
    wire: string,
    path: string,
    headers: string[],
    body: string,
    config: string,
    seed: number,
    now: number,
    isWatched: boolean,
  ): Machine;
}

/** What the WebAssembly module lends. */
export interface Wasm {
  Relay: RelayConstructor;
  endpoint(method: string, path: string, headers: string[]): string | undefined;
}

/** Builds `createFetch` over a loaded module. */
export const fetchOver =
  (wasm: Wasm) =>
  (options: FetchOptions): RelayFetch =>
  async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const [path, headers] = [url.pathname + url.search, flat(request.headers)];
    const [question, wire] = wasm.endpoint(request.method, path, headers)?.split(" ") ?? [];
    if (question !== "answer" || wire === undefined) return unknown(request.method, url.pathname);
    const { signal } = request;
    signal.throwIfAborted();
    const body = await request.text();
    const config = JSON.stringify({
      ...options,
      apiKey: typeof options.apiKey === "function" ? await options.apiKey() : options.apiKey,
      headers: { ...browserHeaders(options.upstream), ...options.headers },
      id: crypto.randomUUID().replaceAll("-", ""),
      created: Math.floor(Date.now() / 1000),
    });
    let machine: Machine;
    try {
      const isWatched = options.onEvent !== undefined;
      machine = new wasm.Relay(wire, path, headers, body, config, seed(), Math.floor(performance.now()), isWatched);
    } catch (thrown) {
      return refused(thrown);
    }
    return relayed(new Driver(machine, options.fetch ?? globalThis.fetch.bind(globalThis)), options, signal);
  };

/** The answer of a call, once its head is there. */
async function relayed(driver: Driver, options: FetchOptions, signal: AbortSignal): Promise<Response> {
  const cancel = (): void => driver.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  const next = async (): Promise<Exclude<News, { kind: "event" }>> => {
    for (;;) {
      const news = await driver.next();
      if (signal.aborted) throw signal.reason;
      if (news.kind !== "event") return news;
      options.onEvent?.(news.json);
    }
  };
  const finish = (news: Extract<News, { kind: "done" }>): void => {
    signal.removeEventListener("abort", cancel);
    for (const loss of JSON.parse(news.losses) as Loss[]) options.onLoss?.(loss);
    options.onOutcome?.(news.outcome);
  };
  const abandon = (): void => {
    driver.cancel();
    void settled(driver).then(finish);
  };
  let head: Exclude<News, { kind: "event" }>;
  try {
    head = await next();
  } catch (error) {
    abandon();
    throw error;
  }
  if (head.kind !== "head") throw new Error("expected the head of an answer");
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const news = await next();
          if (news.kind === "bytes") controller.enqueue(news.bytes);
          if (news.kind !== "done") return;
          finish(news);
          controller.close();
        } catch (error) {
          abandon();
          throw error;
        }
      },
      cancel: abandon,
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { status: head.status, headers: head.headers });
}

/** Runs a call that nobody reads to its end: it was cancelled, so that is near. */
async function settled(driver: Driver): Promise<Extract<News, { kind: "done" }>> {
  for (;;) {
    const news = await driver.next();
    if (news.kind === "done") return news;
  }
}

/** Anthropic answers a browser only where this is sent. */
const browserHeaders = (upstream: string): Record<string, string> =>
  upstream === "anthropic" && "document" in globalThis
    ? { "anthropic-dangerous-direct-browser-access": "true" }
    : {};

/** 32 bits that decide the jitter. */
const seed = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;

/** A refused request's answer; anything else that was thrown is thrown on. */
function refused(thrown: unknown): Response {
  if (typeof thrown !== "string") throw thrown;
  if (!thrown.startsWith("{")) throw new TypeError(`tokenwire: ${thrown}`);
  const { status, headers, body } = JSON.parse(thrown) as { status: number; headers: string[]; body: string };
  const response = new Response(body, { status, headers: { "content-type": "application/json" } });
  for (let at = 0; at + 1 < headers.length; at += 2) response.headers.set(headers[at] ?? "", headers[at + 1] ?? "");
  return response;
}

/** An address at which none of the four wires asks for an answer. */
function unknown(method: string, path: string): Response {
  const message = `tokenwire answers no ${method} ${path}: it relays requests for answers only`;
  return Response.json({ error: { message, type: "not_found_error" } }, { status: 404 });
}
