// A provider that the test holds in its hand: what it answers, and what becomes of it.

const encoder = new TextEncoder();

/** A chunk of a Chat Completions stream. */
export const delta = (text) =>
  encoder.encode(`data: ${JSON.stringify({ id: "c", model: "m", choices: [{ index: 0, delta: { content: text } }] })}\n\n`);

/** The end of one. */
export const ending = encoder.encode(
  `data: ${JSON.stringify({ id: "c", model: "m", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\ndata: [DONE]\n\n`,
);

/** The client's options for a provider that is called through `fetch`. */
export const through = (fetch, more = {}) => ({ providers: { openai: { apiKey: "k" } }, fetch, ...more });

/** A question. */
export const question = { model: "m", messages: [{ role: "user", content: "Hi" }] };

/** Streams `chunks`, then ends; `pulled` counts them and `isClosed` tells whether the client left. */
export function streaming(chunks) {
  const seen = { pulled: 0, isClosed: false, requests: 0 };
  const fetch = async (_url, { signal }) => {
    seen.requests += 1;
    signal.addEventListener("abort", () => (seen.isClosed = true));
    const rest = chunks[Symbol.iterator]();
    const body = new ReadableStream(
      {
        pull(controller) {
          const { done, value } = rest.next();
          if (done) return controller.close();
          seen.pulled += 1;
          controller.enqueue(value);
        },
        cancel: () => {
          seen.isClosed = true;
        },
      },
      { highWaterMark: 0 },
    );
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };
  return { fetch, seen };
}

/** Texts without end. */
export function* endless() {
  for (let n = 0; ; n += 1) yield delta(`${n} `);
}
