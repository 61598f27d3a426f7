// What a scenario's call runs in: a clock, an upstream, chance; nothing else happens.

import { VirtualClock } from "./clock.mjs";
import { Upstream } from "./upstream.mjs";

/** The wall clock at the start of each scenario, as in the native host's. */
const WALL_MS = 1_795_000_000_000;

/** More steps than any scenario takes. */
const MAX_STEPS = 10_000;

/** How long a connection may stay open that nobody reads any more. */
const CLOSING_MS = 2_000;

export class Environment {
  #clock;
  #upstream;
  #seed;
  #restore = [];

  constructor({ seed = 0, early_timers_ms, upstream }) {
    this.#clock = new VirtualClock(WALL_MS, early_timers_ms);
    this.#upstream = new Upstream(this.#clock, upstream);
    this.#seed = seed;
  }

  /** Whole milliseconds since the scenario began. */
  now() {
    return this.#clock.now;
  }

  /** Has the caller do something at a time. */
  at(ms, action) {
    this.#clock.at(ms, action);
  }

  /** The scripted upstream; the global `fetch` is the same. */
  get fetch() {
    return this.#upstream.fetch;
  }

  /** Runs `begin` in virtual time until its promise settles: what it came to, and what the upstream saw. */
  async run(begin) {
    this.#install();
    try {
      const seen = await this.#drive(begin());
      const requests = this.#upstream.seen();
      await this.#close();
      return { ...seen, requests };
    } finally {
      for (const restore of this.#restore.splice(0)) restore();
    }
  }

  async #drive(promise) {
    let isSettled = false;
    const settle = () => (isSettled = true);
    Promise.resolve(promise).then(settle, settle);
    await this.#clock.quiet();
    for (let steps = 0; !isSettled; steps += 1) {
      if (steps === MAX_STEPS) throw new Error(`the call spins at ${this.now()} ms`);
      if (isSettled || (await this.#clock.step())) continue;
      throw new Error(`the call waits at ${this.now()} ms for something that never happens`);
    }
    return promise;
  }

  /** No request may stay open once its call is over. */
  async #close() {
    const last = this.now() + CLOSING_MS;
    while (this.#upstream.openCount() > 0 && (await this.#clock.step(last)));
    const open = this.#upstream.openCount();
    if (open > 0) throw new Error(`${open} requests stay open ${CLOSING_MS} ms after the call`);
  }

  #install() {
    const random = (array) => {
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      bytes.fill(0);
      for (let at = 0; at < 4 && at < bytes.length; at += 1) bytes[at] = (this.#seed >>> (8 * at)) & 0xff;
      return array;
    };
    const word = this.#seed.toString(16).padStart(16, "0");
    const uuid = (word + word).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
    const { fetch } = globalThis;
    globalThis.fetch = this.fetch;
    Object.defineProperty(crypto, "getRandomValues", { value: random, configurable: true });
    Object.defineProperty(crypto, "randomUUID", { value: () => uuid, configurable: true });
    this.#clock.install();
    this.#restore.push(() => {
      this.#clock.uninstall();
      delete crypto.getRandomValues;
      delete crypto.randomUUID;
      globalThis.fetch = fetch;
    });
  }
}
