// The attempts of a call as bars over time.

import { reach, spans } from "./attempts.js";
import { find, make } from "./element.js";
import { seconds, size, title } from "./words.js";

/** @typedef {import("./attempts.js").Attempt} Attempt */
/** @typedef {{ item: HTMLLIElement, name: HTMLElement, state: HTMLElement, facts: HTMLElement, track: HTMLElement }} Row */

const [list, axis] = [find("timeline"), find("axis")];
/** @type {Map<number, Row>} */
const rows = new Map();

export function clearTimeline() {
  rows.clear();
  list.replaceChildren();
  axis.replaceChildren();
}

/** @param {import("./call.js").Call} call */
export function showTimeline({ attempts, now, isOver }) {
  const last = Math.max(now, ...attempts.list.map(({ due }) => (isOver ? 0 : due)));
  const whole = reach(isOver ? last : last * 1.05 + 250);
  for (const attempt of attempts.list) showRow(attempt, now, whole, isOver);
  showAxis(whole);
}

/** @param {Attempt} attempt @param {number} now @param {number} whole @param {boolean} isOver */
function showRow(attempt, now, whole, isOver) {
  const row = rows.get(attempt.number) ?? newRow(attempt.number);
  const state = stateOf(attempt, isOver);
  row.item.dataset.state = state.kind;
  if (row.state.textContent !== state.text) row.state.textContent = state.text;
  const facts = factsOf(attempt, now);
  if (row.facts.textContent !== facts) row.facts.textContent = facts;
  const at = (/** @type {number} */ ms) => `${(ms / whole) * 100}%`;
  row.track.replaceChildren(
    ...planned(attempt, at),
    ...spans(attempt, now).map(({ kind, from, to }) =>
      make("i", { class: `bar ${kind}`, style: `left:${at(from)};width:${at(to - from)}` }),
    ),
    ...marks(attempt, at),
    ...closing(attempt, state.kind, at),
  );
}

/** The wait that was announced, as an outline that fills up. @param {Attempt} attempt @param {(ms: number) => string} at */
function planned({ from, due, sent }, at) {
  return sent === undefined && due > from
    ? [make("i", { class: "bar planned", style: `left:${at(from)};width:${at(due - from)}` })]
    : [];
}

/** @param {Attempt} attempt @param {(ms: number) => string} at */
function marks({ head, byte, event }, at) {
  /** @type {[string, number | undefined][]} */
  const all = [["head", head], ["byte", byte], ["event", event]];
  return all.flatMap(([kind, ms]) =>
    ms === undefined ? [] : [make("i", { class: `mark ${kind}`, style: `left:${at(ms)}` })],
  );
}

/** How it ended. @param {Attempt} attempt @param {string} kind @param {(ms: number) => string} at */
function closing({ end }, kind, at) {
  return end === undefined || kind === "open" ? [] : [make("i", { class: `end ${kind}`, style: `left:${at(end)}` })];
}

/** @param {Attempt} attempt @param {boolean} isOver @returns {{ kind: string, text: string }} */
function stateOf(attempt, isOver) {
  const { failure, sent, head, event, end, resumed } = attempt;
  if (failure) return { kind: failure.kind === "cancelled" ? "left" : "bad", text: title(failure) };
  if (isOver && failure === null) return { kind: "good", text: resumed ? "Went on, complete" : "Complete" };
  if (sent === undefined) return { kind: "open", text: "Waiting" };
  if (end !== undefined) return { kind: "open", text: "Over" };
  return { kind: "open", text: event !== undefined ? "Answering" : head !== undefined ? "Head is there" : "Sent" };
}

/** @param {Attempt} attempt @param {number} now */
function factsOf({ from, due, sent, head, event, end, bytes }, now) {
  const waited = (sent ?? Math.min(now, due)) - from;
  return [
    waited > 0 && `waited ${seconds(waited)}`,
    sent !== undefined && head !== undefined && `head ${seconds(head - sent)}`,
    sent !== undefined && event !== undefined && `first event ${seconds(event - sent)}`,
    sent !== undefined && `took ${seconds((end ?? now) - sent)}`,
    bytes > 0 && size(bytes),
  ]
    .filter((fact) => fact !== false)
    .join(" · ");
}

/** @param {number} number @returns {Row} */
function newRow(number) {
  const [name, state, facts] = [make("b", {}, `Attempt ${number}`), make("span", { class: "state" }), make("span", { class: "facts" })];
  const track = make("div", { class: "track", "aria-hidden": "true" });
  const item = make("li", {}, make("p", {}, name, " ", state, " ", facts), track);
  list.append(item);
  const row = { item, name, state, facts, track };
  rows.set(number, row);
  return row;
}

/** @param {number} whole */
function showAxis(whole) {
  if (axis.dataset.whole === String(whole) && axis.childElementCount > 0) return;
  axis.dataset.whole = String(whole);
  const step = [100, 250, 500, 1000, 2000, 2500, 5000, 10_000, 30_000, 60_000, 120_000].find((it) => whole / it <= 6) ?? 600_000;
  const ticks = [];
  for (let at = 0; at <= whole; at += step) {
    ticks.push(make("span", { style: `left:${(at / whole) * 100}%` }, at === 0 ? "0" : `${at / 1000} s`));
  }
  axis.replaceChildren(...ticks);
}
