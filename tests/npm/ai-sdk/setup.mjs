// A provider of models over the simulated provider, and what that was asked.

import { entry } from "../surface/package.mjs";

export const { createTokenwire, TokenwireError, RequestError } = await entry("ai-sdk");
const { simFetch } = await entry("testing");

globalThis.AI_SDK_LOG_WARNINGS = false;

/** One provider a wire; the names are dialects. */
export const WIRES = ["anthropic", "gemini", "openai", "openai-responses"];

/** A prompt, and the beginning of what the simulated provider says to it. */
export const PROMPT = "What is the weather in Oslo?";
export const ECHO = "You said “What is the weather in Oslo?”.";

/** A provider of all wires; `seen` lists the requests, `outcomes` how the calls ended. */
export function setup({ sim = {}, fetch = simFetch(sim), retry = {}, ...options } = {}) {
  const [seen, outcomes] = [[], []];
  const tw = createTokenwire({
    providers: Object.fromEntries(WIRES.map((name) => [name, { apiKey: "key" }])),
    retry: { baseMs: 1, jitterPercent: 0, ...retry },
    onOutcome: (outcome) => outcomes.push(outcome),
    fetch: (url, init) => {
      seen.push({ url, headers: new Headers(init.headers), body: readBody(init.body), signal: init.signal });
      return fetch(url, init);
    },
    ...options,
  });
  return { tw, seen, outcomes };
}

/** At the end of a list of events: the connection breaks. */
export const BREAK = Symbol("break");

/** A `fetch` whose answers are given: bodies of JSON, or lists of events. */
export function answers(...bodies) {
  return async () => {
    const body = bodies.length > 1 ? bodies.shift() : bodies[0];
    if (!Array.isArray(body)) return Response.json(body);
    const events = body.values();
    const pull = (controller) => {
      const { done, value } = events.next();
      if (done) controller.close();
      else if (value === BREAK) controller.error(new TypeError("terminated"));
      else controller.enqueue(new TextEncoder().encode(written(value)));
    };
    return new Response(new ReadableStream({ pull }), { headers: { "content-type": "text/event-stream" } });
  };
}

const written = (event) => `${event.type ? `event: ${event.type}\n` : ""}data: ${JSON.stringify(event)}\n\n`;

/** All parts of a stream. */
export async function all(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

/** What a promise is rejected with. */
export const rejection = (promise) =>
  promise.then(
    () => {
      throw new Error("expected a rejection");
    },
    (error) => error,
  );

const readBody = (body) => JSON.parse(new TextDecoder().decode(body));
