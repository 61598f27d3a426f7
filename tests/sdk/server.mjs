// A provider that answers every request with the answer that the request's header names, in several
// pieces, cut wherever it happens.

import http from "node:http";
import { setImmediate } from "node:timers/promises";

/** The header that names an answer. */
export const HEADER = "x-answer";

/** Starts the server; `answers` holds the answers by their number. */
export async function serve(answers) {
  const server = http.createServer((request, response) => {
    request.resume();
    request.on("end", () => answer(response, answers.get(request.headers[HEADER])));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

async function answer(response, answer) {
  const type = answer.stream && answer.status < 300 ? "text/event-stream" : "application/json";
  response.writeHead(answer.status, { "content-type": type, ...answer.headers });
  for (const piece of pieces(Buffer.from(answer.body), answer.n)) {
    response.write(piece);
    await setImmediate();
  }
  response.end();
}

/** The bytes in up to six pieces, at places that follow from the seed. */
function* pieces(bytes, seed) {
  let state = (seed * 2654435761 + 1) >>> 0;
  const places = Array.from({ length: 5 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % (bytes.length + 1);
  });
  let start = 0;
  for (const end of [...places.sort((a, b) => a - b), bytes.length]) {
    if (end > start) yield bytes.subarray(start, end);
    start = end;
  }
}
