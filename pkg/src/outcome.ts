/** temporary */
export interface Outcome { failure: null | { kind: string; message: string; status: number | null; retry_after_ms: number | null }; candidates: { parts: { kind: "text"; text: string }[] }[] }
/** temporary */
export interface Cost { cost_usd: string | null }
