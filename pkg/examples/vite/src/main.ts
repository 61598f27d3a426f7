import { type CallEvent, type Client, createClient } from "tokenwire";

declare const HAS_BACK_END: boolean;

const tw = await client();
const form = find("form", HTMLFormElement);
const prompt = find("#prompt", HTMLInputElement);
const [answer, note] = [find("#answer", HTMLElement), find("#note", HTMLElement)];
let asking = new AbortController();

form.addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  asking.abort();
  asking = new AbortController();
  void ask(prompt.value, asking.signal);
});

async function ask(content: string, signal: AbortSignal): Promise<void> {
  answer.textContent = note.textContent = "";
  const stream = tw.stream({ model: "gpt-6-sol", messages: [{ role: "user", content }] }, { signal });
  try {
    for await (const event of stream) show(event);
    const { usage, cost, attempts } = await stream.outcome;
    note.textContent = `${usage.counts.output ?? "?"} tokens, ${cost.cost_usd ?? "?"} USD, ${attempts.length} attempts`;
  } catch (error) {
    // Of a call that was aborted for the next one nothing is said.
    if (!signal.aborted) note.textContent = error instanceof Error ? error.message : String(error);
  }
}

function show(event: CallEvent): void {
  if (event.type === "text_delta") answer.append(event.text);
  if (event.type === "retry") note.textContent = `${event.failure.message} Next attempt in ${event.delay_ms} ms.`;
}

/** Calls the back end; where there is none, a simulated provider that is loaded only then. */
async function client(): Promise<Client> {
  const retry = { maxAttempts: 4 };
  if (HAS_BACK_END) {
    return createClient({ providers: { openai: { baseUrl: new URL("/llm", location.href).href, apiKey: "none" } }, retry });
  }
  const { simFetch } = await import("tokenwire/testing");
  return createClient({ providers: { openai: { apiKey: "any" } }, retry, fetch: simFetch({ plan: "429 retry-after=1", paceMs: 20 }) });
}

function find<T extends Element>(selector: string, kind: abstract new () => T): T {
  const found = document.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`expected ${selector} in the page`);
  return found;
}
