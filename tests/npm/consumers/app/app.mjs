// The application: the same for every consumer. `base` is the provider's address.

const messages = [{ role: "user", content: "Tell me a tale." }];

export async function run({ createClient, TokenwireError }, base) {
  const client = createClient({
    providers: { loopback: { dialect: "openai", baseUrl: `${base}/v1`, apiKey: async () => "short-lived" } },
    retry: { maxAttempts: 4, baseMs: 1, capMs: 10, onBreak: "discard" },
  });
  return {
    retried: await retried(client, base),
    left: await left(client, base),
    aborted: await aborted(client, base),
    refused: await refused(client, TokenwireError),
    text: await client.stream({ model: "plain", messages }).text(),
    completed: (await client.complete({ model: "plain", messages })).candidates[0].parts[0].text,
  };
}

/** Through a refusal and a connection that breaks while its text is read. */
async function retried(client, base) {
  const stream = client.stream({ model: "retried", messages });
  let text = "";
  let [discarded, retries] = [[], []];
  for await (const event of stream) {
    if (event.type === "text_delta") text += event.text;
    if (event.type === "text_delta" && retries.length === 1 && text === "Once again ") await cut(base);
    if (event.type === "retry") retries.push(event.failure.kind);
    if (event.type === "discard") [discarded, text] = [[...discarded, text], ""];
  }
  const { attempts, finish, status, usage } = await stream.outcome;
  return {
    text,
    discarded,
    retries,
    status,
    finish: finish.reason,
    statuses: attempts.map((attempt) => attempt.status),
    waited: attempts[1].waited_ms,
    usage: usage.counts,
  };
}

/** A loop that is broken out of. */
async function left(client, base) {
  const stream = client.stream({ model: "left", messages });
  let deltas = 0;
  for await (const event of stream) {
    if (event.type === "text_delta" && ++deltas === 2) break;
  }
  return { deltas, isClosed: await isClosed(base, "left"), finish: (await stream.outcome).finish.reason };
}

/** A signal that aborts while nothing comes. */
async function aborted(client, base) {
  const controller = new AbortController();
  const reason = new Error("enough");
  const stream = client.stream({ model: "aborted", messages }, { signal: controller.signal });
  let deltas = 0;
  let thrown;
  try {
    for await (const event of stream) {
      if (event.type === "text_delta" && ++deltas === 2) setTimeout(() => controller.abort(reason));
    }
  } catch (error) {
    thrown = error;
  }
  return {
    deltas,
    isReason: thrown === reason,
    isClosed: await isClosed(base, "aborted"),
    finish: (await stream.outcome).finish.reason,
  };
}

/** A failure as the application catches it. */
async function refused(client, TokenwireError) {
  try {
    await client.complete({ model: "refused", messages });
    return "nothing was thrown";
  } catch (error) {
    const isOurs = error instanceof TokenwireError && error instanceof Error;
    return { isOurs, name: error.name, code: error.code, status: error.status, ended: error.outcome?.status };
  }
}

const cut = (base) => fetch(`${base}/cut`, { method: "POST" });

/** The provider's word: it answers once the connection is closed, while this application goes on. */
const isClosed = async (base, model) => (await fetch(`${base}/closed/${model}`)).ok;
