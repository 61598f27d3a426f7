// The program that makes the same call.

import { plan } from "./faults.js";
import { isBackground, stated } from "./call.js";
import { WIRES } from "./settings.js";

/** @param {import("./settings.js").Settings} settings */
export function code(settings) {
  const { wire, prompt, maxAttempts, baseMs, onBreak, headMs, firstEventMs, stallMs, callMs } = settings;
  const timeouts = Object.entries(stated({ headMs, firstEventMs, stallMs, callMs }));
  const faults = plan(settings.faults, settings.thinks);
  const state = isBackground(wire, onBreak) ? ["  background: true,"] : [];
  return [
    'import { createClient } from "tokenwire";',
    'import { simFetch } from "tokenwire/testing";',
    "",
    "const tw = createClient({",
    `  providers: { ${quotedKey(wire)}: { apiKey: "…" } },`,
    `  retry: { maxAttempts: ${maxAttempts}, baseMs: ${baseMs}, onBreak: ${JSON.stringify(onBreak)} },`,
    ...(timeouts.length > 0 ? [`  timeouts: { ${timeouts.map(([key, ms]) => `${key}: ${ms}`).join(", ")} },`] : []),
    "  // Without this the provider answers:",
    `  fetch: simFetch({ plan: ${JSON.stringify(faults)} }),`,
    "});",
    "",
    "const stream = tw.stream({",
    `  model: ${JSON.stringify(WIRES[wire].model)},`,
    `  messages: [{ role: "user", content: ${JSON.stringify(prompt)} }],`,
    ...state,
    "});",
    "for await (const event of stream) {",
    '  if (event.type === "text_delta") process.stdout.write(event.text);',
    "}",
    "const { usage, cost, attempts } = await stream.outcome;",
  ].join("\n");
}

/** @param {string} name */
const quotedKey = (name) => (/^\w+$/.test(name) ? name : JSON.stringify(name));
