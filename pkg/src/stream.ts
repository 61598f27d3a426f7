// A call as a stream of events.

import { collected, weakly } from "./collected.js";
import type { Driver } from "./driver.js";
import { RequestError, errorOf } from "./errors.js";
import type { CallEvent } from "./event.js";
import type { Loss } from "./loss.js";
import type { Outcome } from "./outcome.js";

/**
 * The events of a call. The request is sent when the first is asked for, or the text, or the outcome.
 *
 * Leaving a `for await` early, aborting the call's signal, or dropping the stream closes the connection.
 */
export class EventStream implements AsyncIterableIterator<CallEvent, undefined> {
  readonly #start: () => Promise<Driver>;
  readonly #signal: AbortSignal | undefined;
  #starting: Promise<Driver> | undefined;
  #driver: Driver | undefined;
  #ending: Promise<Outcome> | undefined;
  #outcome: Outcome | undefined;
  #isOver = false;

  /** @internal */
  constructor(start: () => Promise<Driver>, signal: AbortSignal | undefined) {
    this.#start = start;
    this.#signal = signal;
  }

  /** The events; a stream has them once. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * The next event.
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
    if (this.#isOver) return { done: true, value: undefined };
    const driver = this.#driver ?? (await this.#begun());
    const event = await driver.next();
    if (event !== undefined) return { done: false, value: event as CallEvent };
    this.#isOver = true;
    this.#judge(this.#concluded(driver));
    return { done: true, value: undefined };
  }

  /** Ends the stream early: cancels the call. A `for await` that is left does this. */
  async return(): Promise<IteratorResult<CallEvent, undefined>> {
    this.cancel();
    return { done: true, value: undefined };
  }

  /** Cancels the call. What had come is in the outcome. */
  cancel(): void {
    this.#isOver = true;
    if (this.#driver !== undefined) this.#driver.cancel();
    else this.#starting = this.#begun().then((driver) => (driver.cancel(), driver));
    this.#starting?.catch(() => {});
  }

  /**
   * How the call ended, with all that came: always a value, also of a call that failed or was cancelled. Asking
   * for it runs the call to its end; events that nobody has read by then are kept for whoever does.
   *
   * @throws RequestError where nothing could be sent.
   */
  get outcome(): Promise<Outcome> {
    this.#ending ??= this.#settled();
    return this.#ending;
  }

  /**
   * What the provider has no place for in the request, and what was done about it; the outcome has it too.
   * Asking for it sends the request.
   *
   * @throws RequestError where nothing could be sent.
   */
  async losses(): Promise<readonly Loss[]> {
    return JSON.parse((await this.#begun()).losses) as Loss[];
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

  #begun(): Promise<Driver> {
    this.#starting ??= this.#open();
    return this.#starting;
  }

  async #open(): Promise<Driver> {
    const signal = this.#signal;
    signal?.throwIfAborted();
    const driver = await this.#start();
    this.#driver = driver;
    if (signal !== undefined) {
      // Whoever keeps a signal for long does not keep all the calls that were made with it.
      const held = weakly(driver);
      const cancel = (): void => held.deref()?.cancel();
      if (signal.aborted) cancel();
      signal.addEventListener("abort", cancel, { once: true });
      unheard.register(driver, () => signal.removeEventListener("abort", cancel));
    }
    return driver;
  }

  async #settled(): Promise<Outcome> {
    const driver = await this.#begun();
    while (driver.end === undefined) await driver.progress();
    return this.#concluded(driver);
  }

  #concluded(driver: Driver): Outcome {
    const end = driver.end;
    if (end === undefined) throw new RequestError("the call is not over");
    this.#outcome ??= JSON.parse(end.outcome) as Outcome;
    return this.#outcome;
  }

  #judge(outcome: Outcome): void {
    if (outcome.failure === null) return;
    this.#signal?.throwIfAborted();
    throw errorOf(outcome);
  }
}

const unheard = collected<() => void>((remove) => remove());

/** The visible text of an outcome's first candidate. */
export function textOf(outcome: Outcome): string {
  const parts = outcome.candidates[0]?.parts ?? [];
  return parts.map((part) => (part.kind === "text" ? part.text : "")).join("");
}
