// The answer as it stands: pieces of text, who sent each, and what was taken back.

/** @typedef {{ attempt: number, text: string }} Piece */
/** @typedef {{ kind: string, pieces: Piece[] }} Part */

const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];

export class Answer {
  /** @type {Map<number, Part>} */
  parts = new Map();
  /** @type {Piece[]} */
  discarded = [];

  /** @param {import("tokenwire").CallEvent} event @param {number} attempt */
  hear(event, attempt) {
    switch (event.type) {
      case "part_start":
        this.#part(event.part).kind = event.kind;
        break;
      case "text_delta":
      case "reasoning_delta":
      case "refusal_delta":
        this.#append(event.part, { attempt, text: event.text });
        break;
      case "discard":
        this.#discard(event.from_part, event.keep_bytes);
        break;
    }
  }

  /** Whether more than one attempt wrote it. */
  get isShared() {
    const writers = [...this.parts.values()].flatMap(({ pieces }) => pieces.map(({ attempt }) => attempt));
    return new Set(writers).size > 1;
  }

  /** @param {number} number */
  #part(number) {
    const part = this.parts.get(number) ?? { kind: "text", pieces: [] };
    this.parts.set(number, part);
    return part;
  }

  /** @param {number} number @param {Piece} piece */
  #append(number, piece) {
    const { pieces } = this.#part(number);
    const last = pieces.at(-1);
    if (last?.attempt === piece.attempt) last.text += piece.text;
    else pieces.push(piece);
  }

  /** @param {number} fromPart @param {number} keepBytes How much of that part stays, in bytes of UTF-8. */
  #discard(fromPart, keepBytes) {
    for (const [number, part] of [...this.parts]) {
      if (number < fromPart) continue;
      const [kept, dropped] = divided(part.pieces, number === fromPart ? keepBytes : 0);
      this.discarded.push(...dropped);
      if (kept.length > 0) part.pieces = kept;
      else this.parts.delete(number);
    }
  }
}

/** Pieces before and after so many bytes. @param {Piece[]} pieces @param {number} bytes @returns {[Piece[], Piece[]]} */
function divided(pieces, bytes) {
  /** @type {[Piece[], Piece[]]} */
  const [kept, dropped] = [[], []];
  let left = bytes;
  for (const { attempt, text } of pieces) {
    const coded = encoder.encode(text);
    const [head, tail] = [coded.subarray(0, left), coded.subarray(left)];
    if (head.length > 0) kept.push({ attempt, text: decoder.decode(head) });
    if (tail.length > 0) dropped.push({ attempt, text: decoder.decode(tail) });
    left = Math.max(0, left - coded.length);
  }
  return [kept, dropped];
}
