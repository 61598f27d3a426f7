// The one loop: runs a machine over fetch, streams and timers.

import { type Machine, type Sink, lines, pairs } from "./border.js";
import { now, wall } from "./clock.js";
import { collected } from "./collected.js";
import { InternalError } from "./errors.js";
import type { CallEvent } from "./event.js";

/** A function of the shape of `fetch`. */
export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

/** The head of an answer that is passed on. */
export class AnswerHead {
  constructor(
    readonly status: number,
    readonly headers: [string, string][],
  ) {}
}

/** What a driven call gives: events, and of an answer that is passed on its head and its bytes. */
export type News = AnswerHead | CallEvent | Uint8Array<ArrayBuffer>;

/** How a call ended. */
export interface End {
  /** The outcome, JSON. */
  readonly outcome: string;
  /** What could not be carried, JSON. */
  readonly losses: string;
  /** Whether a whole answer was passed on in part. */
  readonly isCutOff: boolean;
}

/** The longest wait that a timer takes; longer ones are armed again. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** How much of a body that nobody wants is read so that its connection can serve again. */
const MAX_DRAINED = 64 * 1024;

/** How long that may take, in milliseconds. */
const MAX_DRAINING_MS = 1_000;

/** How an attempt breaks, as `host-wasm/js/src/machine.rs` numbers it. */
const Break = { unsent: 0, body: 1, invalid: 2 } as const;

interface Upstream {
  readonly attempt: number;
  readonly aborter: AbortController;
  reader?: ReadableStreamDefaultReader<Uint8Array>;
  isReading: boolean;
}

/** Lets a connection go, also where the transport's body does not follow the signal. */
function close({ aborter, reader }: Upstream): void {
  aborter.abort();
  reader?.cancel().catch(() => {});
}

/** What has to be let go when nobody holds a driver any more. It lives for as long as the driver does. */
interface Held {
  upstream: Upstream | undefined;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer fires, or was to fire. */
  armedFor: number;
  /** The driver itself, while somebody waits: between two attempts nothing else would keep it. */
  waiting: Driver | undefined;
}

const forgotten = collected<Held>((held) => {
  clearTimeout(held.timer);
  if (held.upstream !== undefined) close(held.upstream);
});

/**
 * A call under way. A body is read on only while somebody waits, so that a slow reader slows the provider
 * down. Dropped without an end, it closes its connection once it is collected.
 */
export class Driver implements Sink {
  readonly #machine: Machine;
  readonly #fetch: Fetch;
  readonly #held: Held = { upstream: undefined, timer: undefined, armedFor: Infinity, waiting: undefined };
  #news: News[] = [];
  #taken = 0;
  #deadline = Infinity;
  #end: End | undefined;
  #failure: InternalError | undefined;
  #changed: Promise<void> | undefined;
  #change: (() => void) | undefined;
  /** What to let go once the machine has been told. */
  #leaving: Upstream[] = [];
  /** Since when nobody waits. */
  #restedSince = now();
  /** How long nobody waited since the machine was last told something, in milliseconds. */
  #rest = 0;

  constructor(machine: Machine, fetch: Fetch) {
    this.#machine = machine;
    this.#fetch = fetch;
    forgotten.register(this, this.#held, this.#held);
    this.#tell(() => machine.drain(this));
  }

  /** The next news that is there already. */
  take(): News | undefined {
    const news = this.#news[this.#taken];
    if (news === undefined) return undefined;
    this.#taken += 1;
    if (this.#taken === this.#news.length) {
      this.#news = [];
      this.#taken = 0;
    }
    return news;
  }

  /** How the call ended, once it has; news may still be there. */
  get end(): End | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#end;
  }

  /** What could not be carried so far, JSON. */
  get losses(): string {
    return this.end?.losses ?? this.#machine.losses();
  }

  /** The next news; nothing once the call is over. */
  async next(): Promise<News | undefined> {
    for (;;) {
      const news = this.take();
      if (news !== undefined || this.end !== undefined) return news;
      await this.progress();
    }
  }

  /** Reads on, and waits until something has happened. */
  progress(): Promise<void> {
    if (this.#isOver()) return Promise.resolve();
    if (this.#changed === undefined) {
      this.#changed = new Promise((resolve) => (this.#change = resolve));
      this.#rest += now() - this.#restedSince;
    }
    this.#held.waiting = this;
    this.#read();
    this.#arm();
    return this.#changed;
  }

  /** Cancels the call: what has come stays, and the outcome is there at once. */
  cancel(): void {
    this.#tell(() => this.#machine.cancel(now(), this));
  }

  /** Tells the machine something, unless the call is over. */
  #tell(input: () => number): void {
    if (this.#isOver()) return;
    try {
      this.#deadline = input();
      this.#rest = 0;
      if (Number.isNaN(this.#deadline)) this.#finish();
    } catch (error) {
      this.#break(error);
    }
    const change = this.#change;
    this.#changed = this.#change = this.#held.waiting = undefined;
    this.#restedSince = now();
    // Whoever hears of it may call the machine.
    for (const upstream of this.#leaving.splice(0)) close(upstream);
    change?.();
  }

  #isOver(): boolean {
    return this.#end !== undefined || this.#failure !== undefined;
  }

  abort(attempt: number): void {
    const { upstream } = this.#held;
    if (upstream?.attempt !== attempt) return;
    this.#held.upstream = undefined;
    this.#leaving.push(upstream);
  }

  send(attempt: number, method: string, url: string, headers: string, body: Uint8Array): void {
    const upstream: Upstream = { attempt, aborter: new AbortController(), isReading: false };
    this.#held.upstream = upstream;
    const init: RequestInit = {
      method,
      headers: pairs(headers),
      // A GET must have none, not even an empty one.
      body: body.length > 0 ? (body.slice() as Uint8Array<ArrayBuffer>) : null,
      redirect: "manual",
      signal: upstream.aborter.signal,
    };
    const fetch = this.#fetch;
    // A transport of the user's may throw, or give what is no response.
    Promise.resolve()
      .then(() => (upstream.aborter.signal.aborted ? undefined : fetch(url, init)))
      .then((response) => this.#open(upstream, response))
      .catch((error: unknown) => this.#fail(attempt, Break.unsent, message(error)));
  }

  #fail(attempt: number, kind: number, why: string): void {
    this.#tell(() => this.#machine.fail(now(), attempt, kind, why, this));
  }

  head(status: number, headers: string): void {
    this.#news.push(new AnswerHead(status, pairs(headers)));
  }

  bytes(bytes: Uint8Array): void {
    this.#news.push(bytes.slice());
  }

  text(part: number, text: string): void {
    this.#news.push({ type: "text_delta", part, text });
  }

  reasoning(part: number, text: string): void {
    this.#news.push({ type: "reasoning_delta", part, text });
  }

  arguments(part: number, text: string): void {
    this.#news.push({ type: "arguments_delta", part, text });
  }

  event(json: string): void {
    this.#news.push(JSON.parse(json) as CallEvent);
  }

  #open(upstream: Upstream, response: Response | undefined): void {
    if (this.#held.upstream !== upstream) {
      response?.body?.cancel().catch(() => {});
      return;
    }
    const { attempt } = upstream;
    if (response === undefined) throw new TypeError("expected a response, found undefined");
    // Browsers hide a redirect's status; providers do not redirect.
    if (response.type === "opaqueredirect") {
      this.#fail(attempt, Break.invalid, "the provider redirects to another address");
      return;
    }
    if (response.body !== null) upstream.reader = response.body.getReader();
    const { status, headers } = response;
    this.#tell(() => this.#machine.head(now(), attempt, status, lines(headers), wall(), this));
    if (response.body === null) this.#tell(() => this.#machine.end(now(), attempt, this));
  }

  /** Asks the body for more, once at a time. */
  #read(): void {
    const { upstream } = this.#held;
    if (upstream?.reader === undefined || upstream.isReading) return;
    upstream.isReading = true;
    upstream.reader.read().then(
      ({ done, value }) => {
        upstream.isReading = false;
        if (done) delete upstream.reader;
        const { attempt } = upstream;
        this.#tell(() =>
          done ? this.#machine.end(now(), attempt, this) : this.#machine.chunk(now(), attempt, value, this),
        );
      },
      (error: unknown) => this.#fail(upstream.attempt, Break.body, message(error)),
    );
  }

  /** Sees to it that a timer fires at the deadline; one that is set for earlier is kept. */
  #arm(): void {
    const [held, at] = [this.#held, this.#due()];
    if (at >= held.armedFor) return;
    clearTimeout(held.timer);
    held.armedFor = at;
    const wait = Math.min(Math.max(at - now(), 0), LONGEST_TIMER);
    held.timer = setTimeout(() => {
      held.armedFor = Infinity;
      if (held.waiting !== undefined) held.waiting.#fired();
    }, wait);
  }

  /** When the deadline passes. Time in which nobody read is not the provider's. */
  #due(): number {
    return this.#deadline + this.#rest;
  }

  /** A timer fired: by the clock it may be early. */
  #fired(): void {
    if (now() >= this.#due()) this.#tell(() => this.#machine.timeout(now(), this));
    else this.#arm();
  }

  #finish(): void {
    const machine = this.#machine;
    const [outcome, losses] = [machine.outcome() ?? "", machine.losses()];
    this.#end = { outcome, losses, isCutOff: machine.is_cut_off() };
    const { upstream } = this.#held;
    if (upstream?.reader !== undefined) void drain(upstream, upstream.reader);
    else if (upstream !== undefined) this.#leaving.push(upstream);
    this.#release();
    machine.free();
  }

  /** The machine broke: its memory is left alone, since nothing is known of it. */
  #break(error: unknown): void {
    this.#failure = new InternalError(error);
    if (this.#held.upstream !== undefined) this.#leaving.push(this.#held.upstream);
    this.#release();
  }

  #release(): void {
    clearTimeout(this.#held.timer);
    this.#held.upstream = this.#held.timer = this.#held.waiting = undefined;
    forgotten.unregister(this.#held);
  }
}

/** Reads the little that may be left of a complete answer, so that its connection is used again. */
async function drain(upstream: Upstream, reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const timer = setTimeout(() => close(upstream), MAX_DRAINING_MS);
  try {
    for (let left = MAX_DRAINED; left > 0; ) {
      const { done, value } = await reader.read();
      if (done) return;
      left -= value.length;
    }
  } catch {
    // It is over either way.
  } finally {
    clearTimeout(timer);
  }
  close(upstream);
}

function message(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return `${error instanceof Error ? error.message : String(error)}${cause}`;
}
