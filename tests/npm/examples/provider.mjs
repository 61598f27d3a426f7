// The simulated provider behind a listener on loopback, which tells how each answer ended.

import http from "node:http";

/** Serves what `simFetch` answers; `plan` says what goes wrong. */
export async function startProvider(simFetch, options) {
  const send = simFetch(options);
  /** One record a request: path, key, status, and `end`: a promise of `complete`, `broken` or `closed early`. */
  const answers = [];
  const server = http.createServer((request, response) => {
    const answer = { path: request.url, key: keyOf(request.headers), end: ended(response) };
    answers.push(answer);
    reply(send, request, response, answer).catch(() => {
      response.isBroken = true;
      response.destroy();
    });
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, answers, close };
}

const keyOf = (headers) => headers["x-api-key"] ?? headers.authorization?.replace("Bearer ", "");

const ended = (response) =>
  new Promise((resolve) => {
    response.once("close", () =>
      resolve(response.writableFinished ? "complete" : response.isBroken ? "broken" : "closed early"),
    );
  });

async function reply(send, request, response, answer) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const left = new AbortController();
  response.once("close", () => left.abort());
  const { method, headers, url } = request;
  const body = Buffer.concat(chunks);
  const sent = { method, headers, signal: left.signal, ...(body.length > 0 && { body }) };
  const { status, headers: fields, body: pieces } = await send(`http://provider${url}`, sent);
  answer.status = status;
  response.writeHead(status, Object.fromEntries(fields));
  for await (const piece of pieces) response.write(piece);
  response.end();
}
