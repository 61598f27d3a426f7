// The loop in virtual time over the machine that JavaScript has: `tests/src/parity/play.rs` once more. It
// gives the same transcript, line by line.

/** Milliseconds on the machine's clock when a case begins, and since the epoch at 0 on that clock. */
const START_MS = 1_000;
const WALL_MS = 1_795_000_000_000;

/** More steps than any honest run takes. */
const MAX_STEPS = 1_000_000;

/** The transcript of a case. `provider` gives the reply to a request. */
export function play(module, wanted, provider) {
  let machine;
  try {
    machine = machineOf(module, wanted);
  } catch (thrown) {
    if (typeof thrown !== "string") throw thrown;
    return [`refused ${quoted(thrown)}`];
  }
  return new Run(machine, wanted, provider).lines();
}

function machineOf({ Machine }, wanted) {
  const { request, wire, path, headers, body, config, seed } = wanted;
  if (request !== undefined) return Machine.call(request, config, seed, START_MS, true);
  return Machine.relay(wire, path, headers, body, config, seed, START_MS, true);
}

/** A run, and the sink that its machine talks to. */
class Run {
  #machine;
  #provider;
  #lines = [];
  #now = START_MS;
  #deadline = Infinity;
  #said;
  #cancelAt;
  #upstream;

  constructor(machine, { cancel }, provider) {
    this.#machine = machine;
    this.#provider = provider;
    this.#cancelAt = cancel === undefined ? Infinity : START_MS + cancel;
  }

  lines() {
    this.#hear(this.#machine.drain(this));
    for (let steps = 0; steps < MAX_STEPS; steps += 1) {
      if (Number.isNaN(this.#deadline)) return this.#ended();
      this.#hear(this.#step());
    }
    throw new Error(`${MAX_STEPS} steps without an end`);
  }

  abort(attempt) {
    this.#line(`abort ${attempt}`);
    if (this.#upstream?.attempt === attempt) this.#upstream = undefined;
  }

  send(attempt, method, url, headers, body) {
    this.#line(`send ${attempt} ${method} ${quoted(url)} ${quoted(headers)} ${quoted(characters(body))}`);
    const steps = this.#provider({ method, url, headers, body: body.slice() }, WALL_MS + this.#now);
    this.#upstream = { attempt, steps: steps.flatMap(pieces), taken: 0, last: this.#now };
  }

  head(status, headers) {
    this.#line(`head ${status} ${quoted(headers)}`);
  }

  bytes(bytes) {
    this.#line(`bytes ${quoted(characters(bytes))}`);
  }

  text(part, text) {
    this.#delta("text_delta", part, text);
  }

  reasoning(part, text) {
    this.#delta("reasoning_delta", part, text);
  }

  arguments(part, text) {
    this.#delta("arguments_delta", part, text);
  }

  event(json) {
    this.#line(`event ${json}`);
  }

  #delta(type, part, text) {
    this.#line(`event {"type":"${type}","part":${part},"text":${quoted(text)}}`);
  }

  /** Moves to the next thing that is due, and lets it happen. */
  #step() {
    const step = this.#nextAt();
    const due = Math.min(step, this.#deadline, this.#cancelAt);
    if (due < Infinity) this.#now = due;
    if (due < Infinity && due === step) return this.#advance();
    if (due < Infinity && due === this.#deadline) return this.#machine.timeout(this.#now, this);
    this.#line("cancel");
    return this.#machine.cancel(this.#now, this);
  }

  #nextAt() {
    const { steps, taken, last } = this.#upstream ?? {};
    return steps === undefined || taken === steps.length ? Infinity : last + steps[taken].after;
  }

  /** The provider's next step. */
  #advance() {
    const [now, machine, upstream] = [this.#now, this.#machine, this.#upstream];
    const { attempt } = upstream;
    const step = upstream.steps[upstream.taken];
    upstream.taken += 1;
    upstream.last = now;
    if (step.bytes !== undefined) return machine.chunk(now, attempt, step.bytes, this);
    if (step.end) return machine.end(now, attempt, this);
    if (step.fail !== undefined) return machine.fail(now, attempt, step.how, step.fail, this);
    return machine.head(now, attempt, step.status, step.headers, WALL_MS + now, this);
  }

  /** Notes the deadline, where it is another one than before. */
  #hear(deadline) {
    this.#deadline = deadline;
    if (Number.isNaN(deadline) || deadline === this.#said) return;
    this.#said = deadline;
    this.#line(`until ${deadline === Infinity ? "for ever" : deadline}`);
  }

  #ended() {
    this.#line(`outcome ${this.#machine.outcome()}`);
    this.#line(`losses ${this.#machine.losses()}`);
    this.#line(this.#machine.is_cut_off() ? "cut off" : "whole");
    this.#machine.free();
    return this.#lines;
  }

  #line(what) {
    this.#lines.push(`${this.#now} ${what}`);
  }
}

/** A step with each piece of its bytes apart: sizes are used in turn, and without any it is one piece. */
function pieces(step) {
  if (step.bytes === undefined) return [step];
  const bytes = Uint8Array.from(step.bytes, (character) => character.charCodeAt(0));
  if (step.cuts.length === 0) return [{ ...step, bytes }];
  const list = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const end = Math.min(at + step.cuts[turn % step.cuts.length], bytes.length);
    list.push({ ...step, bytes: bytes.subarray(at, end) });
    at = end;
  }
  return list;
}

/** Bytes as text: each the character of its number. */
export function characters(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Text as the machine writes it in JSON. JavaScript has names for two more characters than it has. */
export function quoted(text) {
  return JSON.stringify(text).replace(/\\(.)/g, (pair, letter) =>
    letter === "b" ? "\\u0008" : letter === "f" ? "\\u000c" : pair,
  );
}
