// The attempts of a call: as they are seen while it runs, and as its outcome records them.

/** @typedef {import("tokenwire").AttemptRecord} AttemptRecord */
/** @typedef {import("tokenwire").Failure} Failure */
/**
 * @typedef {object} Attempt Times in milliseconds since the call began.
 * @property {number} number
 * @property {number} from When its wait began; when it was sent if it did not wait.
 * @property {number} due When its wait ends.
 * @property {number} [sent]
 * @property {number} [head]
 * @property {number} [byte] Its first byte.
 * @property {number} [event] Its first event.
 * @property {number} [end]
 * @property {number} [status]
 * @property {number} bytes
 * @property {boolean} resumed
 * @property {Failure | null} [failure] `null` once it is known that there was none.
 */

/** What is known of a call's attempts at any time. */
export class Attempts {
  /** @type {Attempt[]} */
  list = [];

  /** The attempt of that number. @param {number} number @param {number} now */
  at(number, now) {
    let attempt = this.list.find((it) => it.number === number);
    if (attempt === undefined) {
      attempt = { number, from: now, due: now, bytes: 0, resumed: false };
      this.list.push(attempt);
    }
    return attempt;
  }

  /** @param {import("./transport.js").Sight} sight @param {number} now */
  see(sight, now) {
    const attempt = this.at(sight.attempt, now);
    if (sight.kind === "sent") attempt.sent = now;
    if (sight.kind === "head") [attempt.head, attempt.status] = [now, sight.status];
    if (sight.kind === "over") attempt.end ??= now;
    if (sight.kind === "bytes") {
      attempt.byte ??= now;
      attempt.bytes += sight.count;
    }
  }

  /** @param {import("tokenwire").CallEvent} event @param {number} now */
  hear(event, now) {
    if (event.type === "retry") {
      const failed = this.at(event.attempt, now);
      failed.end ??= now;
      failed.failure = event.failure;
      this.list.push({ number: event.attempt + 1, from: now, due: now + event.delay_ms, bytes: 0, resumed: false });
      return;
    }
    const current = this.list.at(-1);
    if (current?.sent !== undefined) current.event ??= now;
  }

  /** Replaces what was seen by what the outcome says. @param {readonly AttemptRecord[]} records */
  settle(records) {
    let from = 0;
    this.list = records.map((record) => {
      const sent = from + record.waited_ms;
      const after = (/** @type {number | null} */ ms) => (ms === null ? {} : { value: sent + ms }).value;
      /** @type {Attempt} */
      const attempt = {
        number: record.attempt,
        from,
        due: sent,
        sent,
        bytes: record.bytes,
        resumed: record.resumed,
        failure: record.failure,
        end: sent + record.total_ms,
      };
      Object.assign(attempt, { head: after(record.head_ms), byte: after(record.first_byte_ms) });
      Object.assign(attempt, { event: after(record.first_event_ms), status: record.status ?? undefined });
      from = sent + record.total_ms;
      return attempt;
    });
  }
}

/** @typedef {{ kind: "wait" | "head" | "first" | "flow", from: number, to: number }} Span */

/** The bars of an attempt at a time. @param {Attempt} attempt @param {number} now @returns {Span[]} */
export function spans(attempt, now) {
  const { from, sent, head, event } = attempt;
  const end = attempt.end ?? now;
  /** @type {Span[]} */
  const all = [{ kind: "wait", from, to: sent ?? Math.min(now, attempt.due) }];
  if (sent !== undefined) all.push({ kind: "head", from: sent, to: head ?? end });
  if (head !== undefined) all.push({ kind: "first", from: head, to: event ?? end });
  if (event !== undefined) all.push({ kind: "flow", from: event, to: end });
  return all.filter(({ from, to }) => to > from);
}

/** How far the timeline reaches: a round figure, so that it does not creep. @param {number} ms */
export function reach(ms) {
  const steps = [1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 90, 120, 180, 240, 300, 450, 600];
  const seconds = steps.find((it) => it * 1000 >= ms) ?? Math.ceil(ms / 600_000) * 600;
  return seconds * 1000;
}
