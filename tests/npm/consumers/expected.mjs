// What every consumer has to see, and what the provider has to have seen of it.

import assert from "node:assert/strict";

import { HINT_MS, TALE } from "../provider.mjs";

const ANSWERS = [
  ["retried", 429, "complete"],
  ["retried", 200, "cut"],
  ["retried", 200, "complete"],
  ["left", 200, "closed early"],
  ["aborted", 200, "closed early"],
  ["refused", 401, "complete"],
  ["plain", 200, "complete"],
  ["plain", 200, "complete"],
];

const REPORT = {
  retried: {
    text: TALE,
    discarded: ["Once again "],
    retries: ["rate_limit", "connection"],
    status: "complete",
    finish: "stop",
    statuses: [429, 200, 200],
    usage: { input: 7, output: 11 },
  },
  left: { deltas: 2, isClosed: true, finish: "cancelled" },
  aborted: { deltas: 2, isReason: true, isClosed: true, finish: "cancelled" },
  refused: { isOurs: true, name: "AuthenticationError", code: "authentication", status: 401, ended: "error" },
  text: TALE,
  completed: TALE,
};

/** Compares; gives in words what was seen. */
export async function check(report, consumer) {
  const { waited, ...retried } = report.retried;
  assert.deepEqual({ ...report, retried }, REPORT);
  assert.ok(waited >= HINT_MS, `waited ${waited} ms, the provider asked for ${HINT_MS}`);
  await consumer.reaches(({ answers }) => answers.every((answer) => answer.end !== undefined));
  assert.deepEqual(
    consumer.answers.map(({ model, status, end }) => [model, status, end]),
    ANSWERS,
  );
  const closed = consumer.answers.filter(({ end }) => end === "closed early").map(({ model }) => model);
  const { statuses, text } = retried;
  return `429, cut, ${text.length} letters in ${statuses.length} attempts; ${closed.join(" and ")}: closed`;
}
