// POST /ask {"prompt": "…"}: the answer's events as they come, one JSON object a line.

import { type CallEvent, type Outcome, createClient } from "tokenwire";

interface Env {
  /** A secret: it never reaches the browser. */
  ANTHROPIC_API_KEY: string;
  /** Another address of the provider, for tests. */
  ANTHROPIC_BASE_URL?: string;
}

const MODEL = "claude-haiku-5-5";
/** Whoever can reach this Worker spends your money: bound what one question may cost. */
const MAX_PROMPT = 2_000;
const MAX_TOKENS = 500;

export default {
  async fetch(request, env): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname !== "/ask" || request.method !== "POST") return new Response("not found", { status: 404 });
    const prompt = await promptOf(request);
    if (prompt === undefined) return new Response(`expected a prompt of 1 to ${MAX_PROMPT} characters`, { status: 400 });
    return answer(prompt, env);
  },
} satisfies ExportedHandler<Env>;

async function promptOf(request: Request): Promise<string | undefined> {
  const body: unknown = await request.json().catch(() => undefined);
  const prompt = typeof body === "object" && body !== null && "prompt" in body ? body.prompt : undefined;
  return typeof prompt === "string" && prompt.length > 0 && prompt.length <= MAX_PROMPT ? prompt : undefined;
}

function answer(prompt: string, env: Env): Response {
  const tw = createClient({
    providers: {
      anthropic: {
        apiKey: env.ANTHROPIC_API_KEY,
        ...(env.ANTHROPIC_BASE_URL !== undefined && { baseUrl: env.ANTHROPIC_BASE_URL }),
      },
    },
    retry: { maxAttempts: 4, totalMs: 20_000 },
    timeouts: { stallMs: 15_000 },
  });
  const messages = [{ role: "user", content: prompt } as const];
  const stream = tw.stream({ model: MODEL, messages, max_output_tokens: MAX_TOKENS });
  const events = stream[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value } = await events.next();
        if (value !== undefined) return controller.enqueue(line(value));
      } catch {
        // The outcome closes the answer, also of a call that failed: it says why.
      }
      controller.enqueue(line(await stream.outcome));
      controller.close();
    },
    // The browser has left: so does the call.
    cancel: () => stream.cancel(),
  });
  return new Response(body, { headers: { "content-type": "application/x-ndjson", "cache-control": "no-store" } });
}

const line = (value: CallEvent | Outcome) => new TextEncoder().encode(`${JSON.stringify(value)}\n`);
