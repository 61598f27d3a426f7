// What the simulated provider can do wrong, as the page offers it. The list is that of `tokenwire sim`.

/**
 * @typedef {object} Parameter What a fault can be told.
 * @property {string} label
 * @property {number} initial
 * @property {number} max
 * @property {number} [step]
 */
/**
 * @typedef {object} Kind A kind of fault.
 * @property {string} id
 * @property {string} title
 * @property {Parameter} [parameter]
 * @property {(value: number) => string} [spell] Its entry in a plan; the id unless given.
 */
/** @typedef {{ id: string, value: number }} Fault A fault as it was chosen. */

/** @type {Record<string, Kind[]>} */
export const GROUPS = {
  "Goes well": [
    { id: "ok", title: "All goes well" },
    pieces("drip", "Dribbles in small pieces", { label: "Bytes a piece", initial: 24, max: 1000 }, (n) => `drip@${n}:4`),
    { id: "split", title: "Cuts inside characters" },
    pieces("slow-head", "Answers late", { label: "Head after, ms", initial: 1500, max: 60_000, step: 100 }),
  ],
  "Refuses": [
    pieces("429", "429, try again later", { label: "Retry-After, s", initial: 2, max: 604_800, step: 0.1 }, after("429")),
    pieces("503", "503, overloaded", { label: "Retry-After, s", initial: 1, max: 604_800, step: 0.1 }, after("503")),
    { id: "overloaded", title: "529, Anthropic's overload" },
    { id: "500", title: "500, failed" },
    { id: "502", title: "502, as an HTML page" },
    { id: "auth", title: "401, a bad key" },
    { id: "quota", title: "429, out of money" },
    { id: "context", title: "400, too long a question" },
  ],
  "Breaks off": [
    pieces("cut", "Is cut in the middle", { label: "After bytes", initial: 6000, max: 1_000_000, step: 500 }),
    pieces("stall", "Falls silent", { label: "After events", initial: 20, max: 1000 }),
    pieces("error", "Sends an error event", { label: "After events", initial: 20, max: 1000 }),
    pieces("bad-json", "Sends broken JSON", { label: "As event", initial: 20, max: 1000 }),
    { id: "no-end", title: "Ends without its last event" },
  ],
  "No answer": [
    { id: "hang", title: "Never answers" },
    { id: "refused", title: "Refuses the connection" },
    { id: "reset", title: "Resets the connection" },
    { id: "bad-header", title: "Sends a header that is no text" },
  ],
};

/** @type {Map<string, Kind>} */
export const KINDS = new Map(Object.values(GROUPS).flat().map((kind) => [kind.id, kind]));

/** Most attempts that a plan of the page speaks of. */
export const MAX_FAULTS = 8;

/** @param {string} id @param {number} [value] @returns {Fault} */
export const fault = (id, value) => ({ id, value: value ?? KINDS.get(id)?.parameter?.initial ?? 0 });

/** The plan as `x-sim-plan` takes it. @param {readonly Fault[]} faults @param {boolean} thinks */
export function plan(faults, thinks) {
  const entries = faults.map(({ id, value }) => KINDS.get(id)?.spell?.(value) ?? id);
  return [...entries, ...(thinks ? ["think"] : [])].join("; ");
}

/**
 * @param {string} id @param {string} title @param {Parameter} parameter
 * @param {(value: number) => string} [spell]
 * @returns {Kind}
 */
function pieces(id, title, parameter, spell = (value) => `${id}@${value}`) {
  return { id, title, parameter, spell };
}

/** @param {string} status */
function after(status) {
  return (/** @type {number} */ seconds) => `${status} retry-after=${seconds}`;
}
