// A simulated provider as a `fetch`.

import { lines, pairs } from "./border.js";

/** How the simulated provider answers. */
export interface SimOptions {
  /**
   * What goes wrong, one entry a request of a conversation: `"429 retry-after=1; 503; cut@40"`. A plan in a
   * request itself (header `x-sim-plan`, or the model `sim-429+retry-after=1,503,cut@40`) comes first.
   */
  plan?: string;
  /** All answers follow from it. Default 1. */
  seed?: number;
  /** The wait between two events of a stream, in milliseconds. Default 0. */
  paceMs?: number;
  /** Told of every request. */
  onRequest?: (request: Request) => void;
}

/** A function of `fetch`'s shape. */
export type SimFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

interface Reply {
  kind(): number;
  delay(): number;
  status(): number;
  headers(): string;
  step(): number;
  bytes(): Uint8Array;
  wait(): number;
  free(): void;
}

/** What the WebAssembly module lends. */
export interface SimModule {
  readonly Sim: {
    new (seed: number, pace: number): {
      answer(method: string, url: string, headers: string, body: Uint8Array, wall: number): Reply;
    };
  };
}

/** The kinds of replies, and the steps of a body, as `host-wasm/js/src/sim.rs` numbers them. */
const Kind = { hang: 1, refused: 2, reset: 3 } as const;
const Step = { end: 0, bytes: 1, wait: 2, break: 3 } as const;

/** Builds `simFetch` over a loaded module. */
export const simOver =
  (wasm: () => SimModule) =>
  (options: SimOptions = {}): SimFetch => {
    let sim: InstanceType<SimModule["Sim"]> | undefined;
    return async (input, init) => {
      const request = new Request(input, init);
      options.onRequest?.(request.clone());
      // The caller's own: one of the copy is gone once the copy is collected.
      const signal = init?.signal ?? (input instanceof Request ? input : request).signal;
      signal.throwIfAborted();
      const headers = new Headers(request.headers);
      if (options.plan !== undefined && !headers.has("x-sim-plan")) headers.set("x-sim-plan", options.plan);
      const body = new Uint8Array(await request.arrayBuffer());
      sim ??= new (wasm().Sim)(options.seed ?? 1, options.paceMs ?? 0);
      const reply = sim.answer(request.method, request.url, lines(headers), body, Date.now());
      return played(reply, signal);
    };
  };

async function played(reply: Reply, signal: AbortSignal): Promise<Response> {
  switch (reply.kind()) {
    case Kind.hang:
      return aborted(signal);
    case Kind.refused:
      throw new TypeError("fetch failed", { cause: new Error("connection refused, as planned") });
    case Kind.reset:
      throw new TypeError("fetch failed", { cause: new Error("connection reset, as planned") });
  }
  await sleep(reply.delay(), signal);
  const [status, headers] = [reply.status(), pairs(reply.headers())];
  const left = new AbortController();
  const gone = AbortSignal.any([signal, left.signal]);
  const body = new ReadableStream<Uint8Array>(
    { pull: (controller) => pulled(reply, controller, gone), cancel: () => left.abort() },
    { highWaterMark: 0 },
  );
  return new Response(status === 204 || status === 304 ? null : body, { status, headers });
}

/** Plays on to the next bytes. */
async function pulled(
  reply: Reply,
  controller: ReadableStreamDefaultController<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    switch (reply.step()) {
      case Step.bytes: {
        const bytes = reply.bytes();
        if (bytes.length === 0) continue;
        return controller.enqueue(bytes);
      }
      case Step.wait:
        await sleep(reply.wait(), signal);
        continue;
      case Step.end:
        reply.free();
        return controller.close();
      case Step.break:
        throw new TypeError("terminated", { cause: new Error("connection reset, as planned") });
      default:
        return aborted(signal);
    }
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
  });
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
