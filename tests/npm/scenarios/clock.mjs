// A clock that moves only when nothing else can happen.

/** The longest wait of a timer; a longer one ends at once, as everywhere in JavaScript. */
const LONGEST = 2 ** 31 - 1;

const macrotask = setImmediate;

/** What the upstream does comes before the timers of the same moment. */
const UPSTREAM = 0;
const TIMER = 1;

export class VirtualClock {
  now = 0;
  #wallMs;
  #earlyMs;
  #queue = new Map();
  #lastId = 0;
  #restore = [];

  constructor(wallMs, earlyMs = 0) {
    this.#wallMs = wallMs;
    this.#earlyMs = earlyMs;
  }

  /** Takes the place of the clocks and timers of the global scope. */
  install() {
    this.#replace(performance, "now", () => this.now);
    this.#replace(Date, "now", () => this.#wallMs + this.now);
    this.#replace(globalThis, "setTimeout", (action, wait, ...rest) => this.#arm(() => action(...rest), wait));
    this.#replace(globalThis, "clearTimeout", (id) => this.#queue.delete(id));
  }

  /** Puts them back. */
  uninstall() {
    for (const restore of this.#restore.splice(0).reverse()) restore();
  }

  /** Has something happen at a time that is not past. */
  at(ms, action) {
    return this.#push(Math.max(ms, this.now), UPSTREAM, action);
  }

  /** Waits until everything that can happen now has happened. */
  async quiet() {
    // All microtasks run before the next macrotask; the second turn is for what a macrotask of Node's began.
    for (let turn = 0; turn < 2; turn += 1) await new Promise((done) => macrotask(done));
  }

  /** Moves to the next thing that is awaited, but not past `last`, and lets it happen; whether there is one. */
  async step(last = Infinity) {
    let next;
    for (const item of this.#queue.values()) if (next === undefined || isSooner(item, next)) next = item;
    if (next === undefined || next.at > last) return false;
    this.#queue.delete(next.id);
    this.now = Math.max(this.now, next.at);
    next.action();
    await this.quiet();
    return true;
  }

  #arm(action, asked) {
    const wait = asked >= 0 && asked <= LONGEST ? Math.floor(asked) : 1;
    const due = this.now + wait;
    return this.#push(Math.min(due, Math.max(due - this.#earlyMs, this.now + 1)), TIMER, action);
  }

  #push(at, kind, action) {
    const id = (this.#lastId += 1);
    this.#queue.set(id, { id, at, kind, action });
    return id;
  }

  #replace(object, name, value) {
    const own = Object.getOwnPropertyDescriptor(object, name);
    Object.defineProperty(object, name, { value, configurable: true, writable: true });
    this.#restore.push(() => {
      if (own === undefined) delete object[name];
      else Object.defineProperty(object, name, own);
    });
  }
}

const isSooner = (a, b) => a.at < b.at || (a.at === b.at && (a.kind < b.kind || (a.kind === b.kind && a.id < b.id)));
