// The outcome of a call that was left before it was made.

import type { Cost, Outcome } from "./outcome.js";

/** No attempt was made, so nothing was used and nothing is owed. */
export function unsent(): Outcome {
  const message = "cancelled by the caller before anything was sent";
  return {
    type: "done",
    status: "error",
    finish: { reason: "cancelled", raw: null, detail: null },
    failure: {
      kind: "cancelled",
      status: null,
      code: null,
      error_type: null,
      message,
      retry_after_ms: null,
      timeout: null,
      request_id: null,
    },
    stop: null,
    id: null,
    model: null,
    candidates: [],
    extras: [],
    usage: { completeness: "complete", counts: {}, service_tier: null },
    cost: nothing(),
    failed_cost: nothing(),
    attempts: [],
    omitted_attempts: 0,
    losses: [],
    elapsed_ms: 0,
  };
}

const nothing = (): Cost => ({
  completeness: "complete",
  cost_pico_usd: "0",
  cost_usd: "0",
  source: null,
  price_list: null,
  entry: null,
  as_of: null,
  is_overridden: false,
  lines: [],
  unpriced: [],
  error: null,
});
