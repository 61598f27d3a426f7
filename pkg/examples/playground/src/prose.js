// The answer's text, with a seam where another attempt went on.

import { find, make } from "./element.js";

const [prose, lost] = [find("answer"), find("discarded")];
let shown = "";

/** @param {import("./call.js").Call} call */
export function showAnswer(call) {
  const { answer, isOver } = call;
  const key = keyOf(answer, isOver);
  if (key === shown) return;
  shown = key;
  const parts = [...answer.parts].sort(([a], [b]) => a - b).map(([, part]) => paragraph(part));
  prose.replaceChildren(...parts);
  prose.classList.toggle("over", isOver);
  if (!isOver) (parts.at(-1) ?? prose).append(make("i", { class: "caret" }));
  lost.replaceChildren(...answer.discarded.filter(({ text }) => text !== "").map(struck));
}

/** What decides how the answer looks. @param {import("./answer.js").Answer} answer @param {boolean} isOver */
function keyOf({ parts, discarded }, isOver) {
  const lengths = [...parts.values()].map(({ kind, pieces }) => [kind, ...pieces.map(({ text }) => text.length)]);
  return JSON.stringify([isOver, lengths, discarded.length]);
}

/** @param {import("./answer.js").Part} part */
function paragraph({ kind, pieces }) {
  const paragraph = make("p", { class: kind });
  pieces.forEach(({ attempt, text }, at) => {
    if (at > 0) paragraph.append(make("span", { class: "seam" }, `attempt ${attempt} goes on`));
    paragraph.append(text);
  });
  return paragraph;
}

/** @param {import("./answer.js").Piece} piece */
const struck = ({ attempt, text }) =>
  make("p", { class: "struck" }, make("span", { class: "why" }, `attempt ${attempt}, taken back `), make("del", {}, text));
