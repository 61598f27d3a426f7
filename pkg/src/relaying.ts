// What the entries with translation export beside.

export type { FetchOptions, RelayFetch } from "./fetch.js";
