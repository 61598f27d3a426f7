// The transport of a call, with somebody watching: when an attempt was sent, when its head came, and its bytes.

/**
 * @typedef {(
 *   | { kind: "sent", attempt: number, method: string, url: string }
 *   | { kind: "head", attempt: number, status: number }
 *   | { kind: "bytes", attempt: number, count: number }
 *   | { kind: "over", attempt: number }
 * )} Sight
 */
/** @typedef {(input: string | URL | Request, init?: RequestInit) => Promise<Response>} Send */

/**
 * `send`, one round trip slower, and reporting what passes.
 * @param {Send} send @param {number} latencyMs @param {(sight: Sight) => void} report
 * @returns {Send}
 */
export function watched(send, latencyMs, report) {
  let attempts = 0;
  return async (input, init) => {
    const attempt = ++attempts;
    const { method, url } = new Request(input, { ...init, signal: null });
    report({ kind: "sent", attempt, method, url });
    try {
      await pause(latencyMs, init?.signal);
      const response = await send(input, init);
      report({ kind: "head", attempt, status: response.status });
      const body = response.body?.pipeThrough(counting(attempt, report)) ?? null;
      return new Response(body, { status: response.status, headers: response.headers });
    } catch (error) {
      report({ kind: "over", attempt });
      throw error;
    }
  };
}

/** @param {number} attempt @param {(sight: Sight) => void} report @returns {TransformStream<Uint8Array, Uint8Array>} */
function counting(attempt, report) {
  return new TransformStream({
    transform(chunk, controller) {
      report({ kind: "bytes", attempt, count: chunk.length });
      controller.enqueue(chunk);
    },
    flush: () => report({ kind: "over", attempt }),
  });
}

/** @param {number} ms @param {AbortSignal | null | undefined} signal @returns {Promise<void>} */
const pause = (ms, signal) =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)), { once: true });
  });
