// A key in a page belongs to everybody who opens the page. So this one has none: it asks its own back end for a
// token that is good for a minute, whenever a call needs one, and sends its calls there.

import { createClient } from "tokenwire/client";

const tw = createClient({
  providers: {
    anthropic: {
      baseUrl: new URL("/llm", location.href).href,
      apiKey: token,
    },
  },
  retry: { maxAttempts: 4 },
});

async function token() {
  const response = await fetch("/token", { method: "POST" });
  if (!response.ok) throw new Error(`no token: ${response.status}`);
  return (await response.json()).token;
}

const [form, prompt, stop, answer, note] = ["form", "#prompt", "#stop", "#answer", "#note"].map((it) =>
  document.querySelector(it),
);
let stream;
stop.addEventListener("click", () => stream?.cancel());

form.addEventListener("submit", async (submitted) => {
  submitted.preventDefault();
  stream?.cancel();
  answer.textContent = note.textContent = "";
  stop.disabled = false;
  const asked = tw.stream({ model: "claude-haiku-5-5", messages: [{ role: "user", content: prompt.value }] });
  stream = asked;
  let said;
  try {
    for await (const event of asked) show(event);
    said = summary(await asked.outcome);
  } catch (error) {
    // The provider's words, or those of a back end that gave no token.
    said = error.message;
  }
  if (stream !== asked) return;
  stop.disabled = true;
  note.textContent = said;
});

function show(event) {
  if (event.type === "text_delta") answer.append(event.text);
  if (event.type === "retry") note.textContent = `${event.failure.message} Next attempt in ${event.delay_ms} ms.`;
}

const summary = ({ failure, usage, cost, attempts }) =>
  failure?.message ?? `${usage.counts.output} tokens, ${cost.cost_usd ?? "?"} USD, ${attempts.length} attempts`;
