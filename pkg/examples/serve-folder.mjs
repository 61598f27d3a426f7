// A static server for the examples that need no bundler: a folder at /, the package at /tokenwire/.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};
const PACKAGE = path.dirname(createRequire(import.meta.url).resolve("tokenwire/package.json"));

/**
 * Serves `folder` on loopback and prints its address. `handle` sees each request first; what it gives no
 * answer to is a file.
 */
export async function serveFolder(folder, { port = 0, handle = async () => undefined } = {}) {
  const server = http.createServer(async (request, response) => {
    try {
      const answer = await handle(request, response);
      if (answer === undefined && !response.headersSent) await sendFile(folder, request, response);
    } catch (error) {
      if (!response.headersSent) response.writeHead(500);
      response.end(error instanceof Error ? error.message : "failed");
    }
  });
  await new Promise((listening, failed) => server.once("error", failed).listen(port, "127.0.0.1", listening));
  console.log(`http://127.0.0.1:${server.address().port}/`);
  return server;
}

async function sendFile(folder, request, response) {
  const file = fileOf(folder, new URL(request.url, "http://localhost").pathname);
  const found = file !== undefined && (await stat(file).catch(() => undefined));
  if (!found?.isFile()) return response.writeHead(404).end("not found");
  const type = TYPES[path.extname(file)] ?? "application/octet-stream";
  response.writeHead(200, { "content-type": type, "cache-control": "no-cache" });
  createReadStream(file).pipe(response);
}

/** The file of a path: below the folder or below the package, never elsewhere. */
function fileOf(folder, pathname) {
  let name;
  try {
    name = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  const [root, rest] = name.startsWith("/tokenwire/") ? [PACKAGE, name.slice("/tokenwire".length)] : [folder, name];
  const file = path.join(root, rest.endsWith("/") ? `${rest}index.html` : rest);
  return file.startsWith(path.join(root, path.sep)) ? file : undefined;
}
