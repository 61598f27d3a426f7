// A call's events as a stream of the AI SDK's parts.

import type { LanguageModelV4StreamPart, SharedV4Warning } from "@ai-sdk/provider";
import { TokenwireError } from "tokenwire/client";

import type { ClientRequest } from "../client.js";
import type { CallEvent } from "../event.js";
import type { Outcome } from "../outcome.js";
import type { EventStream } from "../stream.js";
import { thrownOf } from "./errors.js";
import { failedPart, finishPart } from "./finish.js";
import { StreamParts, TakenBack } from "./parts.js";

type Controller = ReadableStreamDefaultController<LanguageModelV4StreamPart>;

/** One streaming call. */
export interface Streaming {
  readonly events: EventStream;
  readonly request: ClientRequest;
  readonly signal: AbortSignal | undefined;
  /** Whose answer it is. */
  readonly vendor: string;
  /** Whether the events themselves are wanted too. */
  readonly isRaw: boolean;
  /** Told how the call ended. */
  readonly report: (outcome: Outcome) => void;
}

/** What a stream of parts is read from. An event is asked for when a part is. */
export class PartSource implements UnderlyingDefaultSource<LanguageModelV4StreamPart> {
  readonly #call: Streaming;
  readonly #warnings: SharedV4Warning[];
  readonly #parts: StreamParts;
  #ahead: CallEvent[] = [];

  constructor(call: Streaming, warnings: SharedV4Warning[]) {
    this.#call = call;
    this.#warnings = warnings;
    this.#parts = new StreamParts(call.vendor);
  }

  /** Waits until the answer begins, through all that is tried before it does. */
  async begin(): Promise<void> {
    for (;;) {
      const { done, value } = await this.#call.events.next();
      if (done) return;
      this.#ahead.push(value);
      if (value.type !== "retry") return;
    }
  }

  start(controller: Controller): void {
    controller.enqueue({ type: "stream-start", warnings: this.#warnings });
  }

  async pull(controller: Controller): Promise<void> {
    try {
      await this.#pass(controller);
    } catch (thrown) {
      await this.#fail(controller, thrown);
    }
  }

  async cancel(): Promise<void> {
    this.#call.events.cancel();
    this.#call.report(await this.#call.events.outcome);
  }

  /** Passes on the next event that gives a part, or the end. */
  async #pass(controller: Controller): Promise<void> {
    for (let passed = 0; passed === 0;) {
      const event = this.#ahead.shift() ?? (await this.#call.events.next()).value;
      if (event === undefined) return this.#finish(controller);
      const raw: LanguageModelV4StreamPart[] = this.#call.isRaw ? [{ type: "raw", rawValue: event }] : [];
      const parts = [...raw, ...this.#parts.of(event)];
      for (const part of parts) controller.enqueue(part);
      passed = parts.length;
    }
  }

  async #finish(controller: Controller): Promise<void> {
    const outcome = await this.#call.events.outcome;
    this.#call.report(outcome);
    for (const part of this.#parts.rest()) controller.enqueue(part);
    controller.enqueue(finishPart(outcome));
    controller.close();
  }

  /** A call that was aborted breaks the stream off, as `fetch` does; one that failed says so and what it used. */
  async #fail(controller: Controller, thrown: unknown): Promise<void> {
    const { events, request, signal, report } = this.#call;
    if (thrown instanceof TakenBack) events.cancel();
    else if (!signal?.aborted && !(thrown instanceof TokenwireError)) throw thrown;
    const outcome = await events.outcome;
    report(outcome);
    if (signal?.aborted) throw thrown;
    controller.enqueue({ type: "error", error: thrownOf(thrown, request) });
    controller.enqueue(failedPart(outcome));
    controller.close();
  }
}
