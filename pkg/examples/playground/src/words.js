// What happened, in words for a person.

/** @typedef {import("tokenwire").Failure} Failure */
/** @typedef {import("tokenwire").Outcome} Outcome */

/** @type {Record<string, string>} */
const KINDS = {
  authentication: "The key was refused",
  cancelled: "Cancelled",
  connection: "The connection broke",
  context_window_exceeded: "Too long for the model",
  incomplete: "It ended before its end",
  malformed_response: "It sent nonsense",
  overloaded: "It is overloaded",
  quota_exceeded: "The quota is used up",
  rate_limit: "Too many requests",
  server_error: "The provider failed",
  timeout: "Too slow",
};

/** @type {Record<string, string>} */
const TIMEOUTS = {
  attempt: "The attempt took too long",
  call: "The call took too long",
  first_event: "No first event in time",
  head: "No head in time",
  stall: "Silence in the middle",
};

/** @type {Record<string, string>} */
const STOPS = {
  attempts_spent: "as many attempts as allowed were made",
  committed: "part of the answer was shown, and the policy is to stop there",
  deadline_too_near: "the wait would have passed the call's deadline",
  hint_too_long: "it asked for a longer wait than the policy obeys",
  not_retryable: "the same request would fail again",
  total_time_spent: "no time was left to try again",
};

/** A failure as a title. @param {Failure} failure */
export function title({ kind, timeout, status }) {
  const words = (timeout !== null && TIMEOUTS[timeout]) || KINDS[kind] || sentence(kind);
  return status !== null && status !== 200 ? `${status}: ${words.charAt(0).toLowerCase()}${words.slice(1)}` : words;
}

/** Why a call ended as it did. @param {Outcome} outcome */
export function ending({ status, failure, stop, attempts }) {
  const tries = attempts.length === 1 ? "one attempt" : `${attempts.length} attempts`;
  if (failure === null) return `Complete after ${tries}`;
  if (failure.kind === "cancelled") return `Cancelled after ${tries}`;
  const rest = status === "partial" ? "; what had come is kept" : "";
  return `Failed after ${tries}${rest}: ${title(failure)}${stop === null ? "" : `; ${STOPS[stop] ?? sentence(stop)}`}`;
}

/** What the provider or the machine said about it, and why nothing else was tried. @param {Outcome} outcome */
export function reason({ failure, stop }) {
  if (failure === null) return "";
  const why = stop === null ? "" : ` No other attempt: ${STOPS[stop] ?? sentence(stop)}.`;
  return `${failure.message}${/[.!?]$/.test(failure.message) ? "" : "."}${why}`;
}

/** Milliseconds as seconds. @param {number} ms */
export const seconds = (ms) => (ms < 995 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 99_950 ? 2 : 0)} s`);

/** Bytes, rounded. @param {number} count */
export const size = (count) => (count < 1000 ? `${count} B` : `${(count / 1000).toFixed(1)} kB`);

/** @param {string} name */
const sentence = (name) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`.replaceAll("_", " ");
