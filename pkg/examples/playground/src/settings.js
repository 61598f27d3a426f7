// What a person has chosen, and the same as the address's fragment, so that a scene can be shared.

import { KINDS, MAX_FAULTS, fault } from "./faults.js";

/** @typedef {"anthropic" | "gemini" | "openai" | "openai-responses"} WireName */
/** @typedef {"discard" | "resume" | "stop"} OnBreak */
/**
 * @typedef {object} Settings
 * @property {string} prompt
 * @property {WireName} wire
 * @property {import("./faults.js").Fault[]} faults One an attempt.
 * @property {OnBreak} onBreak
 * @property {boolean} thinks
 * @property {number} maxAttempts
 * @property {number} baseMs
 * @property {number | undefined} headMs
 * @property {number | undefined} firstEventMs
 * @property {number | undefined} stallMs
 * @property {number | undefined} callMs
 * @property {number} paceMs
 * @property {number} latencyMs
 */

/** @type {Record<WireName, { title: string, vendor: string, model: string }>} */
export const WIRES = {
  "openai-responses": { title: "Responses", vendor: "OpenAI", model: "gpt-6-sol" },
  openai: { title: "Chat Completions", vendor: "OpenAI", model: "gpt-6-sol" },
  anthropic: { title: "Messages", vendor: "Anthropic", model: "claude-haiku-5-5" },
  gemini: { title: "generateContent", vendor: "Google", model: "gemini-4-hydrogen" },
};

/** @type {Record<OnBreak, { title: string, hint: string }>} */
export const BREAKS = {
  stop: { title: "Stop", hint: "The call ends with what has come." },
  resume: { title: "Go on", hint: "The next attempt continues at the very character where the last one broke." },
  discard: { title: "Start over", hint: "What was shown is taken back once the next attempt has something to put there." },
};

/** @type {Settings} */
export const DEFAULTS = {
  prompt: "Why is the sky blue?",
  wire: "openai-responses",
  faults: [],
  onBreak: "resume",
  thinks: false,
  maxAttempts: 4,
  baseMs: 500,
  headMs: undefined,
  firstEventMs: undefined,
  stallMs: undefined,
  callMs: undefined,
  paceMs: 35,
  latencyMs: 180,
};

const NUMBERS = /** @type {const} */ ([
  "maxAttempts",
  "baseMs",
  "headMs",
  "firstEventMs",
  "stallMs",
  "callMs",
  "paceMs",
  "latencyMs",
]);

/** The fragment: only what differs from the defaults. @param {Settings} settings */
export function fragment(settings) {
  const fields = new URLSearchParams();
  const faults = settings.faults.map(({ id, value }) => (KINDS.get(id)?.parameter ? `${id}:${value}` : id));
  if (faults.length > 0) fields.set("faults", faults.join(","));
  for (const key of /** @type {const} */ (["prompt", "wire", "onBreak", ...NUMBERS])) {
    if (settings[key] !== DEFAULTS[key]) fields.set(key, String(settings[key] ?? ""));
  }
  if (settings.thinks) fields.set("thinks", "1");
  return `#${fields}`;
}

/** What a fragment says; what it says wrongly is left at the default. @param {string} text @returns {Settings} */
export function parsed(text) {
  const fields = new URLSearchParams(text.replace(/^#/, ""));
  const settings = { ...DEFAULTS, faults: faults(fields.get("faults") ?? ""), thinks: fields.has("thinks") };
  settings.prompt = fields.get("prompt") ?? DEFAULTS.prompt;
  settings.wire = known(WIRES, fields.get("wire")) ?? DEFAULTS.wire;
  settings.onBreak = known(BREAKS, fields.get("onBreak")) ?? DEFAULTS.onBreak;
  for (const key of NUMBERS) {
    const value = fields.get(key);
    if (value !== null && /^\d{1,9}$/.test(value)) settings[key] = Number(value);
  }
  return settings;
}

/** @param {string} text */
const faults = (text) =>
  text
    .split(",")
    .map((entry) => entry.split(":"))
    .filter(([id = ""]) => KINDS.has(id))
    .slice(0, MAX_FAULTS)
    .map(([id = "", value = ""]) => fault(id, /^\d+(\.\d+)?$/.test(value) ? Number(value) : undefined));

/** @template {string} K @param {Record<K, unknown>} names @param {string | null} name @returns {K | undefined} */
const known = (names, name) =>
  name !== null && Object.hasOwn(names, name) ? /** @type {K} */ (name) : undefined;
