// A thousand streams at once in one isolate of workerd. No answer goes on before all of them have begun.

import assert from "node:assert/strict";
import { cpSync, readFileSync, readdirSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import test from "node:test";

import { makeWorkshop } from "../consumers/project.mjs";
import { findTarball } from "../consumers/tarball.mjs";
import { withWorker } from "../consumers/workerd/worker.mjs";

const STREAMS = 1_000;

const event = (delta, finish_reason = null) =>
  `data: ${JSON.stringify({ id: "c", model: "m", choices: [{ index: 0, delta, finish_reason }] })}\n\n`;

/** A provider that begins every answer, and ends them once `STREAMS` are under way. */
function startProvider() {
  const waiting = [];
  let most = 0;
  const server = http.createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    const [{ content }] = JSON.parse(body).messages;
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(event({ content: `${content}:` }));
    waiting.push(() => response.end(`${event({ content: content.toUpperCase() })}${event({}, "stop")}data: [DONE]\n\n`));
    most = Math.max(most, waiting.length);
    if (waiting.length === STREAMS) for (const end of waiting.splice(0)) end();
  });
  server.listen({ port: 0, host: "127.0.0.1", backlog: STREAMS });
  return new Promise((listening) => {
    server.on("listening", () =>
      listening({
        base: `http://127.0.0.1:${server.address().port}/v1`,
        most: () => most,
        close: () => (server.close(), server.closeAllConnections()),
      }),
    );
  });
}

test(`${STREAMS} streams at once in one isolate`, { timeout: 120_000 }, async () => {
  const provider = await startProvider();
  const workshop = makeWorkshop(findTarball());
  try {
    const folder = workshop.project("isolate", new URL("files/", import.meta.url));
    const dist = join(folder, "node_modules", "tokenwire", "dist");
    const { exports } = JSON.parse(readFileSync(join(dist, "..", "package.json"), "utf8"));
    const main = exports["."].workerd.replace("./dist/", "");
    const files = readdirSync(dist).filter((name) => name === main || name.endsWith(".wasm"));
    for (const name of files) cpSync(join(dist, name), join(folder, name));
    const modules = [
      ["worker.js", "esModule", "worker.js"],
      ...files.map((name) => (name === main ? ["tokenwire", "esModule", name] : [name, "wasm", name])),
    ];
    const names = Array.from({ length: STREAMS }, (_, n) => `stream-${n}`);
    await withWorker(folder, modules, async (ask) => {
      const answers = await Promise.all(names.map((name) => ask(`${provider.base}&name=${name}`)));
      assert.deepEqual(
        answers,
        names.map((name) => ({ text: `${name}:${name.toUpperCase()}`, status: "complete" })),
      );
    });
    assert.equal(provider.most(), STREAMS);
  } finally {
    provider.close();
    workshop.remove();
  }
});
