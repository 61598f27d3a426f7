// The page's back end: node server.mjs
//
// The provider's key stays here. A page gets a token that is good for a minute, and what it sends with one is
// passed on with the key. Without a key in the environment a simulated provider answers.

import { randomUUID } from "node:crypto";
import process from "node:process";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { simFetch } from "tokenwire/testing";
import { serveFolder } from "../serve-folder.mjs";

const TOKEN_MS = 60_000;
const MAX_BODY = 100_000;
const { ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: provider = "https://api.anthropic.com", PORT } = process.env;

const send = key ? fetch : simFetch({ plan: "429 retry-after=1", paceMs: 20 });
const tokens = new Map();

await serveFolder(fileURLToPath(new URL(".", import.meta.url)), {
  port: Number(PORT ?? 8080),
  handle(request, response) {
    const { pathname } = new URL(request.url, "http://localhost");
    if (pathname === "/token" && request.method === "POST") return token(response);
    if (pathname === "/llm/v1/messages" && request.method === "POST") return pass(request, response);
  },
});

/** Your own login decides here who gets one, and how many. */
function token(response) {
  for (const [old, until] of tokens) if (until < Date.now()) tokens.delete(old);
  const made = randomUUID();
  tokens.set(made, Date.now() + TOKEN_MS);
  return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ token: made }));
}

async function pass(request, response) {
  if (!((tokens.get(request.headers["x-api-key"]) ?? 0) > Date.now())) return refuse(response, 401, "no such token");
  const body = await read(request);
  if (body === undefined) return refuse(response, 413, "too long");
  const left = new AbortController();
  response.once("close", () => left.abort());
  const headers = { "content-type": "application/json", "anthropic-version": "2023-06-01", "x-api-key": key ?? "any" };
  const answer = await send(`${provider}/v1/messages`, { method: "POST", headers, body, signal: left.signal });
  const kept = ["content-type", "retry-after", "request-id"].filter((name) => answer.headers.has(name));
  response.writeHead(answer.status, Object.fromEntries(kept.map((name) => [name, answer.headers.get(name)])));
  // A break is passed on as a break.
  await pipeline(Readable.fromWeb(answer.body), response).catch(() => response.destroy());
  return response;
}

async function read(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const refuse = (response, status, message) =>
  response
    .writeHead(status, { "content-type": "application/json" })
    .end(JSON.stringify({ type: "error", error: { type: "authentication_error", message } }));
