// Tokens, cost and times of a call.

import { find, make } from "./element.js";
import { seconds } from "./words.js";

/** @typedef {import("tokenwire").Outcome} Outcome */
/** @typedef {{ name: string, value: string, note: string }} Figure */

const figures = find("figures");
const NOTHING = "–";

/** @param {import("./call.js").Call} call */
export function showFigures(call) {
  const all = [attempts(call), first(call), tokensIn(call.outcome), tokensOut(call.outcome), cost(call.outcome)];
  figures.replaceChildren(
    ...all.map(({ name, value, note }) =>
      make("div", {}, make("dt", {}, name), make("dd", {}, value, make("small", {}, note))),
    ),
  );
}

/** @param {import("./call.js").Call} call @returns {Figure} */
function attempts({ attempts, settings, now }) {
  const made = attempts.list.filter(({ sent }) => sent !== undefined).length;
  return { name: "Attempts", value: `${made} of ${settings.maxAttempts}`, note: made === 0 ? "" : `${seconds(now)} in all` };
}

/** @param {import("./call.js").Call} call @returns {Figure} */
function first({ attempts }) {
  const event = attempts.list.find(({ event }) => event !== undefined)?.event;
  return { name: "First event", value: event === undefined ? NOTHING : seconds(event), note: "since the call began" };
}

/** @param {Outcome | undefined} outcome @returns {Figure} */
function tokensIn(outcome) {
  const { input, cache_read } = outcome?.usage.counts ?? {};
  return { name: "Tokens in", value: number(input), note: cache_read ? `${cache_read} of them cached` : "" };
}

/** @param {Outcome | undefined} outcome @returns {Figure} */
function tokensOut(outcome) {
  const { output, output_reasoning } = outcome?.usage.counts ?? {};
  const note = output_reasoning ? `${output_reasoning} of them thinking` : outcome === undefined ? "" : unstated(outcome);
  return { name: "Tokens out", value: number(output), note };
}

/** What the figure leaves out: nothing is made up. @param {Outcome} outcome */
function unstated({ usage, failure }) {
  if (usage.completeness === "complete") return "";
  return failure === null ? "failed attempts did not say" : "the rest was not stated";
}

/** @param {Outcome | undefined} outcome @returns {Figure} */
function cost(outcome) {
  const isPart = outcome?.cost.completeness === "partial";
  const usd = outcome?.cost.cost_usd && `${isPart ? "≥ " : ""}${outcome.cost.cost_usd}`;
  const failed = outcome?.failed_cost.cost_usd;
  const source = outcome?.cost.price_list ? `${outcome.cost.entry}, prices of ${outcome.cost.as_of}` : (outcome?.cost.error ?? "");
  const note = failed && Number(failed) > 0 ? `of it ${failed} for failed attempts` : source;
  return { name: "Cost, USD", value: usd ?? NOTHING, note };
}

/** @param {number | undefined} count */
const number = (count) => (count === undefined ? NOTHING : count.toLocaleString("en"));
