// A call as a stream of events.

import { collected, weakly } from "./collected.js";
import type { Driver } from "./driver.js";
import { errorOf } from "./errors.js";
import type { CallEvent } from "./event.js";
import type { Loss } from "./loss.js";
import type { Outcome } from "./outcome.js";
import { unsent } from "./unsent.js";

/** What a stream is over for before its call was made: it was cancelled, or its signal aborted. */
const LEFT = Symbol("left");

/**
 * The events of a call. The request is sent when the first is asked for, or the text, or the outcome.
 *
 * Leaving a `for await` early, aborting the call's signal, or dropping the stream closes the connection.
 */
export class EventStream implements AsyncIterableIterator<CallEvent, undefined> {
  readonly #start: () => Promise<() => Driver>;
  readonly #signal: AbortSignal | undefined;
  #starting: Promise<Driver | typeof LEFT> | undefined;
  #driver: Driver | undefined;
  #ending: Promise<Outcome> | undefined;
  #outcome: Outcome | undefined;
  #leave: (() => void) | undefined;
  #unlisten: (() => void) | undefined;
  #isCancelled = false;
  #isOver = false;

  /**
   * `start` gives what makes the call, once that is known.
   *
   * @internal
   */
  constructor(start: () => Promise<() => Driver>, signal: AbortSignal | undefined) {
    this.#start = start;
    this.#signal = signal;
  }

  /** The events; a stream has them once. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * The next event. After {@link EventStream.cancel} there is none.
   *
   * @throws TokenwireError when the call failed; the signal's reason when it was aborted.
   */
  next(): Promise<IteratorResult<CallEvent, undefined>> {
    // Most events came with others in one chunk, and are there already.
    const event = this.#isOver ? undefined : this.#driver?.take();
    if (event !== undefined) return Promise.resolve({ done: false, value: event as CallEvent });
    return this.#awaited();
  }

  async #awaited(): Promise<IteratorResult<CallEvent, undefined>> {
    const driver = this.#isOver ? LEFT : await this.#begun();
    const event = driver === LEFT ? undefined : await driver.next();
    if (event !== undefined && !this.#isOver) return { done: false, value: event as CallEvent };
    if (!this.#isOver) {
      this.#isOver = true;
      this.#judge(this.#concluded(driver));
    }
    return { done: true, value: undefined };
  }

  /** Ends the stream early: cancels the call. A `for await` that is left does this. */
  async return(): Promise<IteratorResult<CallEvent, undefined>> {
    this.cancel();
    return { done: true, value: undefined };
  }

  /** Cancels the call. What had come is in the outcome; before the call was made, nothing is sent. */
  cancel(): void {
    this.#isCancelled = this.#isOver = true;
    this.#driver?.cancel();
    this.#leave?.();
  }

  /**
   * How the call ended, with all that came: a value, also of a call that failed or was cancelled. Asking for it
   * runs the call to its end; events that nobody has read by then are kept for whoever does.
   *
   * @throws RequestError where the request or the options are unusable; what the key's function threw.
   */
  get outcome(): Promise<Outcome> {
    this.#ending ??= this.#settled();
    return this.#ending;
  }

  /**
   * What the provider has no place for in the request, and what was done about it; the outcome has it too.
   * Asking for it sends the request.
   *
   * @throws as {@link EventStream.outcome}.
   */
  async losses(): Promise<readonly Loss[]> {
    const driver = await this.#begun();
    return driver === LEFT ? [] : (JSON.parse(driver.losses) as Loss[]);
  }

  /**
   * All the visible text of the answer, once it is whole.
   *
   * @throws TokenwireError when the call failed; the signal's reason when it was aborted.
   */
  async text(): Promise<string> {
    const outcome = await this.outcome;
    this.#judge(outcome);
    return textOf(outcome);
  }

  async #settled(): Promise<Outcome> {
    const driver = await this.#begun();
    while (driver !== LEFT && driver.end === undefined) await driver.progress();
    return this.#concluded(driver);
  }

  #begun(): Promise<Driver | typeof LEFT> {
    this.#starting ??= this.#open();
    return this.#starting;
  }

  async #open(): Promise<Driver | typeof LEFT> {
    if (this.#isLeft()) return LEFT;
    this.#listen();
    const left = new Promise<typeof LEFT>((resolve) => (this.#leave = () => resolve(LEFT)));
    // A key that never comes must not keep whoever left.
    const make = await Promise.race([this.#start(), left]);
    if (make === LEFT || this.#isLeft()) return LEFT;
    return (this.#driver = make());
  }

  #isLeft(): boolean {
    return this.#isCancelled || this.#signal?.aborted === true;
  }

  /** Follows the signal. Whoever keeps one for long does not keep all the streams that were made with it. */
  #listen(): void {
    const signal = this.#signal;
    if (signal === undefined) return;
    const held = weakly(this);
    const abort = (): void => {
      const stream = held.deref();
      if (stream !== undefined) stream.#abort();
    };
    signal.addEventListener("abort", abort, { once: true });
    this.#unlisten = () => signal.removeEventListener("abort", abort);
    unheard.register(this, this.#unlisten);
  }

  #abort(): void {
    this.#driver?.cancel();
    this.#leave?.();
  }

  #concluded(driver: Driver | typeof LEFT): Outcome {
    this.#unlisten?.();
    const end = driver === LEFT ? undefined : driver.end;
    this.#outcome ??= end === undefined ? unsent() : (JSON.parse(end.outcome) as Outcome);
    return this.#outcome;
  }

  #judge(outcome: Outcome): void {
    if (outcome.failure === null) return;
    if (outcome.failure.kind === "cancelled") this.#signal?.throwIfAborted();
    throw errorOf(outcome);
  }
}

const unheard = collected<() => void>((remove) => remove());

/** The visible text of an outcome's first candidate. */
export function textOf(outcome: Outcome): string {
  const parts = outcome.candidates[0]?.parts ?? [];
  return parts.map((part) => (part.kind === "text" ? part.text : "")).join("");
}
