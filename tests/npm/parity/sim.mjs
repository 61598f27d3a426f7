// The simulated provider that JavaScript has, as steps.

import { characters } from "./play.mjs";

/** The kinds of replies, and the steps of a body, as `host-wasm/js/src/sim.rs` numbers them. */
const REPLY = { hang: 1, refused: 2, reset: 3 };
const STEP = { end: 0, bytes: 1, wait: 2, break: 3 };

/** How a response breaks, as the border numbers it. */
const BREAK = { beforeHead: 0, inBody: 1 };

/** A provider; each request is answered with the steps of its reply. */
export function simulated({ Sim }) {
  const sim = new Sim(1, 0);
  return ({ method, url, headers, body }, wall) => {
    const reply = sim.answer(method, url, headers, body, wall);
    const steps = stepsOf(reply);
    reply.free();
    return steps;
  };
}

function stepsOf(reply) {
  switch (reply.kind()) {
    case REPLY.hang:
      return [];
    case REPLY.refused:
      return [{ after: 0, fail: "no connection", how: BREAK.beforeHead }];
    case REPLY.reset:
      return [{ after: 0, fail: "reset before the head", how: BREAK.beforeHead }];
  }
  const steps = [{ after: reply.delay(), status: reply.status(), headers: reply.headers() }];
  for (let after = 0; ; ) {
    switch (reply.step()) {
      case STEP.bytes:
        steps.push({ after, bytes: characters(reply.bytes()), cuts: [] });
        after = 0;
        continue;
      case STEP.wait:
        after += reply.wait();
        continue;
      case STEP.end:
        return [...steps, { after, end: true }];
      case STEP.break:
        return [...steps, { after, fail: "reset in the body", how: BREAK.inBody }];
      default:
        return steps;
    }
  }
}
