// The one loop: runs a machine over fetch, streams and timers.

import { type Machine, Poll, flat, paired } from "./machine.js";

/** What a driven call gives. */
export type News =
  | { kind: "bytes"; bytes: Uint8Array }
  | { kind: "done"; outcome: string; losses: string }
  | { kind: "event"; json: string }
  | { kind: "head"; status: number; headers: [string, string][] };

/** A function of the shape of `fetch`. */
export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

/** The longest wait that a timer takes; longer ones are armed again. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** How much of a body that nobody wants is read so that its connection can serve again. */
const MAX_DRAINED = 64 * 1024;

interface Upstream {
  readonly attempt: number;
  readonly aborter: AbortController;
  reader?: ReadableStreamDefaultReader<Uint8Array>;
  isReading: boolean;
}

const now = (): number => Math.floor(performance.now());

/**
 * A call under way. `next()` is asked for one piece of news at a time, and a body is read on only when the
 * machine waits, so a slow reader slows the provider down.
 */
export class Driver {
  readonly #machine: Machine;
  readonly #fetch: Fetch;
  #inbox: (() => void)[] = [];
  #wake: (() => void) | undefined;
  #upstream: Upstream | undefined;
  #done: Extract<News, { kind: "done" }> | undefined;

  constructor(machine: Machine, fetch: Fetch) {
    this.#machine = machine;
    this.#fetch = fetch;
  }

  /** The next piece of news; once the call is over, always that. */
  async next(): Promise<News> {
    const machine = this.#machine;
    while (this.#done === undefined) {
      switch (machine.poll()) {
        case Poll.abort:
          this.#abort(machine.attempt());
          break;
        case Poll.bytes:
          return { kind: "bytes", bytes: machine.bytes() };
        case Poll.done:
          this.#finish();
          break;
        case Poll.event:
          return { kind: "event", json: machine.event() };
        case Poll.head:
          return { kind: "head", status: machine.status(), headers: paired(machine.headers()) };
        case Poll.send:
          this.#send();
          break;
        default:
          await this.#wait(machine.deadline());
      }
    }
    return this.#done;
  }

  /** Cancels the call. What has come still comes, then the outcome. */
  cancel(): void {
    this.#tell(() => this.#machine.cancel(now()));
  }

  #send(): void {
    const machine = this.#machine;
    const attempt = machine.attempt();
    const upstream: Upstream = { attempt, aborter: new AbortController(), isReading: false };
    this.#upstream = upstream;
    const init: RequestInit = {
      method: "POST",
      headers: paired(machine.headers()),
      body: machine.bytes() as Uint8Array<ArrayBuffer>,
      redirect: "manual",
      signal: upstream.aborter.signal,
    };
    this.#fetch(machine.url(), init).then(
      (response) => this.#tell(() => this.#open(upstream, response)),
      (error: unknown) => this.#tell(() => this.#machine.fail(now(), attempt, false, message(error))),
    );
  }

  #open(upstream: Upstream, response: Response): void {
    const { attempt } = upstream;
    if (this.#upstream !== upstream) {
      void response.body?.cancel().catch(() => {});
      return;
    }
    // Browsers hide a redirect's status; providers do not redirect.
    if (response.type === "opaqueredirect") {
      this.#machine.fail(now(), attempt, false, "the provider redirects to another address");
      return;
    }
    this.#machine.head(now(), attempt, response.status, flat(response.headers), Date.now());
    if (response.body === null) this.#machine.end(now(), attempt);
    else upstream.reader = response.body.getReader();
  }

  /** Asks the body for more, once at a time. */
  #read(): void {
    const upstream = this.#upstream;
    if (upstream?.reader === undefined || upstream.isReading) return;
    upstream.isReading = true;
    const { attempt } = upstream;
    upstream.reader.read().then(
      ({ done, value }) =>
        this.#tell(() => {
          upstream.isReading = false;
          if (value !== undefined) this.#machine.chunk(now(), attempt, value);
          if (done) {
            delete upstream.reader;
            this.#machine.end(now(), attempt);
          }
        }),
      (error: unknown) => this.#tell(() => this.#machine.fail(now(), attempt, true, message(error))),
    );
  }

  async #wait(deadline: number): Promise<void> {
    this.#read();
    let timer: ReturnType<typeof setTimeout> | undefined;
    if (this.#inbox.length === 0) {
      await new Promise<void>((wake) => {
        this.#wake = wake;
        if (Number.isFinite(deadline)) {
          timer = setTimeout(wake, Math.min(Math.max(deadline - now(), 0), LONGEST_TIMER));
        }
      });
    }
    this.#wake = undefined;
    clearTimeout(timer);
    for (const input of this.#inbox.splice(0)) input();
    // An early one does nothing: the machine goes by the clock.
    if (now() >= deadline) this.#machine.timeout(now());
  }

  #tell(input: () => void): void {
    if (this.#done !== undefined) return;
    this.#inbox.push(input);
    this.#wake?.();
  }

  #abort(attempt: number): void {
    const upstream = this.#upstream;
    if (upstream?.attempt !== attempt) return;
    this.#upstream = undefined;
    upstream.aborter.abort();
  }

  #finish(): void {
    const machine = this.#machine;
    this.#done = { kind: "done", outcome: machine.outcome() ?? "", losses: machine.losses() };
    const upstream = this.#upstream;
    this.#upstream = undefined;
    this.#inbox = [];
    if (upstream?.reader !== undefined) void drain(upstream.reader, upstream.aborter);
    else upstream?.aborter.abort();
    machine.free();
  }
}

/** Reads the little that may be left of a complete answer, so that its connection is used again. */
async function drain(reader: ReadableStreamDefaultReader<Uint8Array>, aborter: AbortController): Promise<void> {
  try {
    for (let left = MAX_DRAINED; left > 0; ) {
      const { done, value } = await reader.read();
      if (done) return;
      left -= value.length;
    }
  } catch {
    // It is over either way.
  }
  aborter.abort();
}

function message(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return `${error instanceof Error ? error.message : String(error)}${cause}`;
}
