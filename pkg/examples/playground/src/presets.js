// Scenes to begin with.

import { fault } from "./faults.js";
import { DEFAULTS } from "./settings.js";

/** @typedef {{ title: string, settings: Partial<import("./settings.js").Settings> }} Preset */

/** @type {Preset[]} */
export const PRESETS = [
  {
    title: "A bad morning",
    settings: {
      wire: "openai-responses",
      onBreak: "resume",
      faults: [fault("429", 2), fault("503", 1), fault("cut", 11_000)],
    },
  },
  { title: "A fine day", settings: { thinks: true } },
  {
    title: "Cut in mid-sentence",
    settings: { wire: "anthropic", onBreak: "discard", faults: [fault("cut", 6500)] },
  },
  {
    title: "Sudden silence",
    settings: { wire: "gemini", onBreak: "discard", stallMs: 2000, faults: [fault("stall", 24)] },
  },
  { title: "Nobody answers", settings: { wire: "openai", headMs: 2000, faults: [fault("hang"), fault("slow-head", 1200)] } },
  { title: "An error in the stream", settings: { wire: "anthropic", onBreak: "stop", faults: [fault("error", 30)] } },
  { title: "Broken JSON", settings: { wire: "openai", onBreak: "discard", faults: [fault("bad-json", 16)] } },
  { title: "Come back later", settings: { wire: "openai", faults: [fault("429", 900)] } },
  { title: "Out of money", settings: { wire: "openai", faults: [fault("quota")] } },
];

/** The settings of a scene; what it does not speak of is as it was, or as it is by default.
 * @param {Preset} preset @param {import("./settings.js").Settings} settings
 * @returns {import("./settings.js").Settings} */
export function staged(preset, { prompt, wire }) {
  return structuredClone({ ...DEFAULTS, prompt, wire, ...preset.settings });
}
