// A `fetch` that follows a script.

/** The bytes of a chunk, as `tests/scenario-runner` reads it. */
function bytesOf({ bytes = [], json, sse = [], text = "" }) {
  const said = (json === undefined ? "" : JSON.stringify(json)) + sse.map(frame).join("") + text;
  return Uint8Array.from([...bytes, ...new TextEncoder().encode(said)]);
}

function frame(event) {
  const head = typeof event?.type === "string" ? `event: ${event.type}\n` : "";
  return `${head}data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`;
}

export class Upstream {
  #clock;
  #replies;
  #requests = [];

  constructor(clock, replies) {
    this.#clock = clock;
    this.#replies = [...replies];
  }

  /** What it was asked so far, as a scenario expects it. */
  seen() {
    return this.#requests.map(({ seen }) => structuredClone(seen));
  }

  /** How many of its answers are under way. */
  openCount() {
    return this.#requests.filter(({ isOpen }) => isOpen).length;
  }

  /** Of the shape of the global `fetch`. */
  fetch = (url, init) => {
    const { promise, resolve, reject } = withResolvers();
    const request = { seen: this.#seen(url, init), isOpen: true };
    const reply = this.#replies.shift() ?? { then: "cut" };
    this.#requests.push(request);
    const answer = { request, reply, init, resolve, reject, controller: undefined };
    const { signal } = init;
    signal?.addEventListener("abort", () => this.#abort(answer, signal.reason));
    this.#play(answer);
    return promise;
  };

  #seen(url, { method = "GET", headers, body }) {
    const text = body == null ? "" : new TextDecoder().decode(body);
    return {
      at_ms: this.#clock.now,
      method,
      url: String(url),
      headers: Object.fromEntries(new Headers(headers)),
      body: text === "" ? null : JSON.parse(text),
      aborted_ms: null,
    };
  }

  #abort({ request, reject, controller }, reason) {
    if (!request.isOpen) return;
    request.isOpen = false;
    request.seen.aborted_ms = this.#clock.now;
    if (controller === undefined) reject(reason);
    else controller.error(reason);
  }

  #play(answer) {
    const { after_ms = 0, status, chunks = [], then = "end", then_after_ms = 0 } = answer.reply;
    let at = this.#clock.now + after_ms;
    if (status !== undefined) this.#schedule(answer, at, () => this.#open(answer));
    for (const chunk of chunks) {
      at += chunk.after_ms ?? 0;
      this.#schedule(answer, at, () => answer.controller.enqueue(bytesOf(chunk)));
    }
    if (then === "hang") return;
    this.#schedule(answer, at + then_after_ms, () => {
      answer.request.isOpen = false;
      if (then === "end") answer.controller.close();
      else if (answer.controller === undefined) answer.reject(new TypeError("scripted: Other"));
      else answer.controller.error(new TypeError("scripted: Body"));
    });
  }

  #schedule({ request }, at, action) {
    this.#clock.at(at, () => {
      if (request.isOpen) action();
    });
  }

  #open(answer) {
    const { reply, init, resolve, reject, request } = answer;
    const { status, headers = {} } = reply;
    if (headers.location !== undefined && init.redirect !== "manual") {
      request.isOpen = false;
      this.fetch(headers.location, init).then(resolve, reject);
      return;
    }
    const start = (controller) => (answer.controller = controller);
    const cancel = () => {
      if (!request.isOpen) return;
      request.isOpen = false;
      request.seen.aborted_ms = this.#clock.now;
    };
    resolve(new Response(new ReadableStream({ start, cancel }, { highWaterMark: 0 }), { status, headers }));
  }
}

function withResolvers() {
  let resolve, reject;
  const promise = new Promise((res, rej) => ([resolve, reject] = [res, rej]));
  return { promise, resolve, reject };
}
