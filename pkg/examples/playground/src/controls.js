// The settings as controls, both ways.

import { GROUPS, KINDS, MAX_FAULTS, fault } from "./faults.js";
import { find, make } from "./element.js";
import { PRESETS, staged } from "./presets.js";
import { BREAKS, WIRES, fragment } from "./settings.js";

/** @typedef {import("./settings.js").Settings} Settings */

const form = find("settings", HTMLFormElement);
const [prompt, rows, presets] = [find("prompt", HTMLInputElement), find("faults"), find("presets")];
const NUMBERS = /** @type {const} */ (["maxAttempts", "baseMs", "paceMs", "latencyMs"]);
const LIMITS = /** @type {const} */ (["headMs", "firstEventMs", "stallMs", "callMs"]);

/** The settings, shown in the controls and changed by them. */
export class Controls {
  /** @param {Settings} settings @param {(isScene: boolean) => void} changed Told of each change; of a scene, to run it. */
  constructor(settings, changed) {
    this.settings = settings;
    this.changed = changed;
    find("wires").append(...Object.entries(WIRES).map(([name, { title, vendor }]) => choice("wire", name, title, vendor)));
    find("breaks").append(...Object.entries(BREAKS).map(([name, { title }]) => choice("onBreak", name, title)));
    presets.append(...PRESETS.map((preset) => this.#scene(preset)));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", () => this.#read());
    prompt.addEventListener("input", () => this.#read());
    find("add").addEventListener("click", () => this.#add());
    this.show();
  }

  /** Shows the settings in the controls. */
  show() {
    const { settings } = this;
    prompt.value = settings.prompt;
    for (const key of [...NUMBERS, ...LIMITS]) field(key).value = String(settings[key] ?? "");
    field("thinks").checked = settings.thinks;
    for (const key of /** @type {const} */ (["wire", "onBreak"])) {
      const chosen = form.querySelector(`input[name=${key}][value="${settings[key]}"]`);
      if (chosen instanceof HTMLInputElement) chosen.checked = true;
    }
    this.#showFaults();
    this.#showHint();
    this.#mark();
  }

  #read() {
    const data = new FormData(form);
    const { settings } = this;
    settings.prompt = prompt.value;
    settings.wire = /** @type {Settings["wire"]} */ (data.get("wire"));
    settings.onBreak = /** @type {Settings["onBreak"]} */ (data.get("onBreak"));
    settings.thinks = field("thinks").checked;
    for (const key of NUMBERS) if (isGood(field(key))) settings[key] = field(key).valueAsNumber;
    for (const key of LIMITS) settings[key] = isGood(field(key)) ? field(key).valueAsNumber : undefined;
    this.#showHint();
    this.#mark();
    this.changed(false);
  }

  #add() {
    this.settings.faults.push(fault("503"));
    this.#faultsChanged();
    /** @type {HTMLElement | null} */ (rows.querySelector("li:last-child select"))?.focus();
  }

  #faultsChanged() {
    this.#showFaults();
    this.#mark();
    this.changed(false);
  }

  #showFaults() {
    rows.replaceChildren(...this.settings.faults.map((_, at) => this.#row(at)));
    find("add", HTMLButtonElement).disabled = this.settings.faults.length >= MAX_FAULTS;
  }

  /** @param {number} at */
  #row(at) {
    const { faults } = this.settings;
    const select = make("select", { "aria-label": `What attempt ${at + 1} meets` }, ...options(faults[at]?.id ?? "ok"));
    select.addEventListener("change", () => {
      faults[at] = fault(select.value);
      this.#faultsChanged();
      /** @type {HTMLElement | null} */ (rows.querySelector(`li:nth-child(${at + 1}) select`))?.focus();
    });
    const remove = make("button", { type: "button", class: "quiet", "aria-label": `Remove attempt ${at + 1}` }, "×");
    remove.addEventListener("click", () => {
      faults.splice(at, 1);
      this.#faultsChanged();
      find("add").focus();
    });
    return make("li", {}, make("span", { class: "number", "aria-hidden": "true" }, `${at + 1}`), select, ...this.#value(at), remove);
  }

  /** @param {number} at */
  #value(at) {
    const chosen = this.settings.faults[at];
    if (chosen === undefined) return [];
    const parameter = KINDS.get(chosen.id)?.parameter;
    if (parameter === undefined) return [];
    const { label, max, step = 1 } = parameter;
    const input = make("input", { type: "number", min: 0, max, step, value: chosen.value });
    input.addEventListener("input", (event) => {
      event.stopPropagation();
      if (!isGood(input)) return;
      chosen.value = input.valueAsNumber;
      this.#mark();
      this.changed(false);
    });
    return [make("label", { class: "value" }, `${label} `, input)];
  }

  #showHint() {
    const { wire, onBreak } = this.settings;
    const isHelpless = onBreak === "resume" && wire !== "openai-responses";
    find("break-hint").textContent = isHelpless
      ? "Of these only Responses can go on where it broke; this wire ends with what has come."
      : BREAKS[onBreak].hint;
  }

  /** @param {import("./presets.js").Preset} preset */
  #scene(preset) {
    const button = make("button", { type: "button", "aria-pressed": "false" }, preset.title);
    button.addEventListener("click", () => {
      Object.assign(this.settings, staged(preset, this.settings));
      this.show();
      this.changed(true);
    });
    return button;
  }

  /** Shows which scene the settings are, if any. */
  #mark() {
    const current = fragment(this.settings);
    for (const [at, preset] of PRESETS.entries()) {
      const isCurrent = fragment(staged(preset, this.settings)) === current;
      presets.children[at]?.setAttribute("aria-pressed", String(isCurrent));
    }
  }
}

/** @param {string} name */
function field(name) {
  const found = form.elements.namedItem(name);
  if (!(found instanceof HTMLInputElement)) throw new Error(`expected the field ${name}`);
  return found;
}

/** @param {HTMLInputElement} input */
const isGood = (input) => input.value !== "" && input.checkValidity();

/** @param {string} name @param {string} value @param {string} title @param {string} [note] */
const choice = (name, value, title, note) =>
  make(
    "label",
    { class: "choice" },
    make("input", { type: "radio", name, value }),
    make("span", {}, title, ...(note === undefined ? [] : [make("small", {}, note)])),
  );

/** @param {string} chosen */
const options = (chosen) =>
  Object.entries(GROUPS).map(([label, kinds]) =>
    make("optgroup", { label }, ...kinds.map(({ id, title }) => make("option", { value: id, selected: id === chosen }, title))),
  );
