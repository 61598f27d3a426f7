// The line that says what is going on, with the countdown to the next attempt.

import { find } from "./element.js";
import { ending, reason, seconds, title } from "./words.js";

const [banner, headline, detail] = [find("banner"), find("headline"), find("detail")];
const [left, clock, spoken] = [find("seconds"), find("clock"), find("spoken")];

/** @typedef {{ phase: string, headline: string, detail: string, spoken?: string, left?: number, part?: number }} State */

/** @param {import("./call.js").Call} call */
export function showBanner(call) {
  const state = stateOf(call);
  banner.dataset.phase = state.phase;
  set(headline, state.headline);
  set(detail, state.detail);
  set(left, state.left === undefined ? "" : countdown(state.left));
  banner.style.setProperty("--left", String(state.part ?? 0));
  set(clock, seconds(call.now));
  // Screen readers hear of changes, not of every tick.
  set(spoken, state.spoken ?? state.headline);
}

/** @param {import("./call.js").Call} call @returns {State} */
function stateOf(call) {
  const { outcome, retry, refused } = call;
  if (refused !== undefined) {
    return { phase: "failed", headline: "Nothing was sent", detail: refused instanceof Error ? refused.message : String(refused) };
  }
  if (outcome !== undefined) {
    const phase = outcome.failure === null ? "complete" : outcome.failure.kind === "cancelled" ? "cancelled" : "failed";
    const [said = "", ...why] = ending(outcome).split(": ");
    return { phase, headline: said, detail: reason(outcome) || note(call), spoken: [said, ...why].join(": ") };
  }
  if (retry !== undefined) return waiting(call, retry);
  return underway(call);
}

/** @param {import("./call.js").Call} call @param {import("tokenwire").RetryEvent} retry @returns {State} */
function waiting({ attempts, now, settings }, { attempt, delay_ms, failure }) {
  const left = Math.max(0, (attempts.list.at(-1)?.due ?? now) - now);
  const next = `Attempt ${attempt + 1} of ${settings.maxAttempts}`;
  const asked = failure.retry_after_ms === null ? "" : ` It asked for ${seconds(failure.retry_after_ms)}.`;
  return {
    phase: "waiting",
    headline: title(failure),
    detail: `${next} in ${(left / 1000).toFixed(1)} s.${asked}`,
    spoken: `${title(failure)}. ${next} in ${seconds(delay_ms)}.`,
    left,
    part: delay_ms > 0 ? left / delay_ms : 0,
  };
}

/** @param {import("./call.js").Call} call @returns {State} */
function underway({ attempts, answer, settings }) {
  const attempt = attempts.list.at(-1);
  const number = attempt?.number ?? 1;
  const of = `Attempt ${number} of ${settings.maxAttempts}`;
  if (attempt?.event !== undefined) {
    const headline = answer.discarded.length > 0 ? "Starting over" : answer.isShared ? "Going on" : "Answering";
    return { phase: "flowing", headline, detail: `${of}, ${attempt.bytes} bytes so far.`, spoken: `${headline}, attempt ${number}` };
  }
  const what = attempt?.head === undefined ? "waiting for the head" : "waiting for the first event";
  return { phase: "sent", headline: "Asking", detail: `${of}, ${what}.`, spoken: `Asking, attempt ${number}` };
}

/** @param {import("./call.js").Call} call */
function note({ attempts, answer }) {
  if (attempts.list.length === 1) return "Nothing went wrong.";
  if (answer.discarded.length > 0) return "What was shown too early was taken back; the answer is whole.";
  return attempts.list.some(({ resumed }) => resumed)
    ? "Nothing is lost and nothing is shown twice."
    : "Whoever reads the answer has seen none of the failures.";
}

/** @param {number} ms */
const countdown = (ms) => (ms < 9950 ? (ms / 1000).toFixed(1) : String(Math.round(ms / 1000)));

/** @param {HTMLElement} element @param {string} text */
function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
