// The pages below the call: code, events, outcome.

import { find, make } from "./element.js";

const tabs = /** @type {HTMLElement[]} */ ([...find("tabs").querySelectorAll("[role=tab]")]);
const log = find("log");
/** Lines of the log that are shown: the latest. */
const MAX_LINES = 400;

export function startTabs() {
  for (const tab of tabs) tab.addEventListener("click", () => select(tab));
  find("tabs").addEventListener("keydown", (event) => {
    const at = tabs.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    const next = to === undefined || at < 0 ? undefined : tabs.at(to % tabs.length);
    if (next === undefined) return;
    event.preventDefault();
    select(next);
    next.focus();
  });
}

/** @param {HTMLElement} chosen */
function select(chosen) {
  for (const tab of tabs) {
    tab.setAttribute("aria-selected", String(tab === chosen));
    tab.tabIndex = tab === chosen ? 0 : -1;
    find(tab.getAttribute("aria-controls") ?? "").hidden = tab !== chosen;
  }
}

let lines = 0;

export function clearPages() {
  lines = 0;
  log.replaceChildren();
  find("outcome").textContent = "The call is not over yet.";
}

/** @param {import("./call.js").Call} call */
export function showPages(call) {
  const isAtEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
  for (; lines < call.log.length; lines++) {
    const entry = call.log[lines];
    if (entry !== undefined) log.append(line(entry));
    if (log.childElementCount > MAX_LINES) log.firstElementChild?.remove();
  }
  if (isAtEnd) log.scrollTop = log.scrollHeight;
  if (call.outcome !== undefined) find("outcome").textContent = JSON.stringify(call.outcome, undefined, 2);
}

/** @param {import("./call.js").Entry} entry */
function line({ at, direction, text }) {
  const sign = { in: "←", out: "→", event: " " }[direction];
  return make("li", { class: direction }, make("time", {}, `${Math.round(at)}`), make("b", {}, sign), make("code", {}, text));
}
