// Lends the hosts their script and the cases, on loopback.

import { createReadStream, existsSync } from "node:fs";
import http from "node:http";
import { basename, extname, join } from "node:path";

const TYPES = {
  ".html": "text/html",
  ".jsonl": "text/plain; charset=utf-8",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** Serves the files of `folder`, texts by name, and below `/cases/` the files of `cases`. */
export async function serve(folder, texts, cases) {
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://parity");
    const name = basename(pathname) || "index.html";
    const path = join(pathname.startsWith("/cases/") ? cases : folder, name);
    response.setHeader("content-type", TYPES[extname(name)] ?? "text/plain");
    if (texts[name] !== undefined) return response.end(texts[name]);
    if (!existsSync(path)) return response.writeHead(404).end();
    return createReadStream(path).pipe(response);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}
