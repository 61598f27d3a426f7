// A provider of Chat Completions on loopback whose answers follow a script, and which tells how each of
// them ended.
//
// Every consumer has an address of its own below `url`, and the model names the script. Beside the answers:
// `POST /CONSUMER/cut` breaks the answer that waits for it, `GET /CONSUMER/closed/MODEL` is answered once
// the client closed that model's answer before its end.

import http from "node:http";
import { setImmediate } from "node:timers/promises";

/** The key that is asked for. */
export const KEY = "short-lived";
/** The hint of the refusal, in milliseconds. */
export const HINT_MS = 20;
/** What the whole answer says. */
export const TALE = "Once upon a time, a café ☕ had a naïve 🦊 as its guest.";
/** How long a client may take to close a connection. */
const DEADLINE_MS = 20_000;
/** Between the drops of an answer that goes on for ever. */
const DRIP_MS = 5;

/** What the answers to a model's requests are, in turn; the last one stays. */
const SCRIPTS = {
  aborted: [silent],
  left: [dripping],
  plain: [whole],
  refused: [unauthorized],
  retried: [limited, cut, whole],
};

/** Starts a provider. */
export async function startProvider() {
  const consumers = new Map();
  const consumer = (name) => consumers.get(name) ?? consumers.set(name, new Consumer()).get(name);
  const server = http.createServer((request, response) => {
    const [, name, ...rest] = new URL(request.url, "http://provider").pathname.split("/");
    serve(consumer(name), rest.join("/"), request, response).catch((error) => response.destroy(error));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, consumer, close };
}

/** What one consumer asked for and how it went. */
class Consumer {
  /** One record a request: model, status, and how the answer ended: `complete`, `cut` or `closed early`. */
  answers = [];
  /** How many preflight requests came. */
  preflights = 0;
  /** Breaks the answer that waits for it. */
  cut = undefined;
  #watchers = new Set();

  record(model, response) {
    const answer = { model, status: undefined, end: undefined };
    const earlier = this.answers.filter((other) => other.model === model).length;
    this.answers.push(answer);
    response.on("close", () => {
      answer.status = response.statusCode;
      answer.end = response.writableFinished ? "complete" : response.isCut ? "cut" : "closed early";
      for (const look of this.#watchers) look();
    });
    const script = SCRIPTS[model] ?? [unknown];
    return script[Math.min(earlier, script.length - 1)];
  }

  /** Whether the condition comes to hold in time. */
  reaches(condition) {
    return new Promise((resolve) => {
      const end = (holds) => {
        this.#watchers.delete(look);
        clearTimeout(timer);
        resolve(holds);
      };
      const look = () => condition(this) && end(true);
      const timer = setTimeout(end, DEADLINE_MS, false);
      this.#watchers.add(look);
      look();
    });
  }
}

async function serve(consumer, path, request, response) {
  allow(request, response);
  const [question, model] = path.split("/");
  if (request.method === "OPTIONS") {
    consumer.preflights += 1;
    return response.writeHead(204).end();
  }
  if (path === "v1/chat/completions") return await answer(consumer, request, response);
  if (path === "cut") return response.writeHead(consumer.cut?.() ? 204 : 409).end();
  if (question === "closed") return response.writeHead((await isClosed(consumer, model)) ? 204 : 504).end();
  return response.writeHead(404).end();
}

const isClosed = (consumer, model) =>
  consumer.reaches(({ answers }) =>
    answers.some((answer) => answer.model === model && answer.end === "closed early"),
  );

/** Lets any page ask, and read the hints. */
function allow({ headers }, response) {
  if (headers.origin === undefined) return;
  response.setHeader("access-control-allow-origin", headers.origin);
  response.setHeader("access-control-allow-headers", headers["access-control-request-headers"] ?? "*");
  response.setHeader("access-control-allow-methods", "POST");
  response.setHeader("access-control-expose-headers", "retry-after-ms");
}

async function answer(consumer, request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const asked = JSON.parse(Buffer.concat(chunks));
  const play = consumer.record(asked.model, response);
  if (request.headers.authorization !== `Bearer ${KEY}`) return unauthorized(response);
  return await play(response, asked, consumer);
}

function refuse(response, status, type, message, headers = {}) {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify({ error: { message, type, code: type } }));
}

function limited(response) {
  refuse(response, 429, "rate_limit_exceeded", "too many requests", { "retry-after-ms": `${HINT_MS}` });
}

function unauthorized(response) {
  refuse(response, 401, "invalid_api_key", "this key is not good here");
}

function unknown(response, { model }) {
  refuse(response, 404, "model_not_found", `there is no script for ${model}`);
}

const USAGE = { prompt_tokens: 7, completion_tokens: 11, total_tokens: 18 };
const HEAD = { id: "chatcmpl-1", created: 1, model: "simulated" };

function whole(response, { stream }) {
  if (stream) return streamed(response);
  const message = { role: "assistant", content: TALE };
  const choices = [{ index: 0, message, finish_reason: "stop" }];
  response.writeHead(200, { "content-type": "application/json" });
  return response.end(JSON.stringify({ ...HEAD, object: "chat.completion", choices, usage: USAGE }));
}

/** In pieces of seven bytes, so that letters and lines are cut. */
async function streamed(response) {
  const words = TALE.match(/\S+\s*/g);
  const frames = [...words.map((word) => delta(word)), frame({ delta: {}, finish_reason: "stop" })];
  const last = event({ choices: [], usage: USAGE });
  const bytes = Buffer.from([...frames, last, "data: [DONE]\n\n"].join(""));
  open(response);
  for (let at = 0; at < bytes.length; at += 7) {
    response.write(bytes.subarray(at, at + 7));
    await setImmediate();
  }
  response.end();
}

/** Breaks once it is told to: what it said has been read then. */
function cut(response, asked, consumer) {
  open(response);
  response.write(delta("Once ") + delta("again "));
  consumer.cut = () => {
    consumer.cut = undefined;
    response.isCut = true;
    response.socket.destroy();
    return true;
  };
}

function silent(response) {
  open(response);
  response.write(delta("one ") + delta("two "));
}

function dripping(response) {
  open(response);
  const timer = setInterval(() => response.write(delta("on ")), DRIP_MS);
  response.on("close", () => clearInterval(timer));
}

const open = (response) => response.writeHead(200, { "content-type": "text/event-stream" });

const delta = (content) => frame({ delta: { content }, finish_reason: null });

const frame = (choice) => event({ choices: [{ index: 0, ...choice }] });

const event = (fields) =>
  `data: ${JSON.stringify({ ...HEAD, object: "chat.completion.chunk", ...fields })}\n\n`;
