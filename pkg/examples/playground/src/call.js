// One call as the page makes it: a client over the simulated provider, and all that is known of it at any time.

import { createClient } from "tokenwire";
import { simFetch } from "tokenwire/testing";
import { Answer } from "./answer.js";
import { Attempts } from "./attempts.js";
import { plan } from "./faults.js";
import { WIRES } from "./settings.js";
import { watched } from "./transport.js";

/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {{ at: number, direction: "in" | "out" | "event", text: string }} Entry A line of the log. */

const MAX_LOG = 2_000;

export class Call {
  answer = new Answer();
  attempts = new Attempts();
  /** @type {Entry[]} */
  log = [];
  /** The retry that is being waited for. @type {import("tokenwire").RetryEvent | undefined} */
  retry = undefined;
  /** @type {import("tokenwire").Outcome | undefined} */
  outcome = undefined;
  /** Why the call could not be made at all. @type {unknown} */
  refused = undefined;
  #began = performance.now();
  /** @type {import("tokenwire").EventStream | undefined} */
  #stream = undefined;

  /** @param {Settings} settings */
  constructor(settings) {
    this.settings = settings;
  }

  /** Milliseconds since the call began; the whole time once it is over. */
  get now() {
    return this.outcome?.elapsed_ms ?? performance.now() - this.#began;
  }

  get isOver() {
    return this.outcome !== undefined || this.refused !== undefined;
  }

  /** Runs the call to its end; never rejects. */
  async run() {
    const { settings } = this;
    try {
      const tw = createClient({ ...options(settings), fetch: this.#transport() });
      this.#began = performance.now();
      this.#stream = tw.stream(request(settings));
      await this.#read(this.#stream);
    } catch (error) {
      this.refused = error;
    }
  }

  cancel() {
    this.#stream?.cancel();
  }

  #transport() {
    const { faults, thinks, paceMs, latencyMs } = this.settings;
    return watched(simFetch({ plan: plan(faults, thinks), paceMs }), latencyMs, (sight) => {
      const { now } = this;
      this.attempts.see(sight, now);
      if (sight.kind === "sent") {
        this.retry = undefined;
        this.#note("out", `${sight.method} ${new URL(sight.url).pathname}`, now);
      }
      if (sight.kind === "head") this.#note("in", `${sight.status}`, now);
    });
  }

  /** @param {import("tokenwire").EventStream} stream */
  async #read(stream) {
    try {
      for await (const event of stream) {
        const { now } = this;
        this.attempts.hear(event, now);
        this.answer.hear(event, this.attempts.list.at(-1)?.number ?? 1);
        if (event.type === "retry") this.retry = event;
        this.#note("event", JSON.stringify(event), now);
      }
    } catch {
      // The outcome says what happened.
    }
    this.retry = undefined;
    const outcome = await stream.outcome;
    this.attempts.settle(outcome.attempts);
    this.outcome = outcome;
  }

  /** @param {Entry["direction"]} direction @param {string} text @param {number} at */
  #note(direction, text, at) {
    if (this.log.length < MAX_LOG) this.log.push({ at, direction, text });
  }
}

/** @param {Settings} settings @returns {import("tokenwire").ClientOptions} */
function options(settings) {
  const { wire, maxAttempts, baseMs, onBreak, headMs, firstEventMs, stallMs, callMs } = settings;
  return {
    providers: { [wire]: { apiKey: "none" } },
    retry: { maxAttempts, baseMs, onBreak },
    timeouts: stated({ headMs, firstEventMs, stallMs, callMs }),
  };
}

/** @param {Settings} settings @returns {import("tokenwire").ClientRequest} */
export function request({ wire, prompt, onBreak }) {
  return {
    model: WIRES[wire].model,
    messages: [{ role: "user", content: prompt }],
    ...(isBackground(wire, onBreak) && { background: true }),
  };
}

/** Whether the provider has to keep the answer, so that another attempt can go on with it.
 * @param {import("./settings.js").WireName} wire @param {import("./settings.js").OnBreak} onBreak */
export const isBackground = (wire, onBreak) => wire === "openai-responses" && onBreak === "resume";

/** The same without what is undefined. @template {object} T @param {T} object
 * @returns {{ [K in keyof T]?: Exclude<T[K], undefined> }} */
export const stated = (object) =>
  /** @type {any} */ (Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)));
