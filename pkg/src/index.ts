// Every bundler, browsers without one, Node, Deno and Bun: the module is in this file, so that no asset needs
// handling.

import { Relay, endpoint, initSync } from "./wasm/tokenwire_wasm.js";
import base64 from "./wasm/tokenwire_wasm_bg.wasm";
import { fetchOver } from "./fetch.js";

interface Decoding {
  fromBase64?(text: string): Uint8Array<ArrayBuffer>;
}

interface NodeBuffer {
  from(text: string, encoding: "base64"): Uint8Array<ArrayBuffer>;
}

const buffer = (globalThis as { Buffer?: NodeBuffer }).Buffer;
const bytes =
  (Uint8Array as Decoding).fromBase64?.(base64) ??
  buffer?.from(base64, "base64") ??
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
initSync({ module: bytes });

export const createFetch = fetchOver({ Relay, endpoint });
export type { FetchOptions, RelayFetch } from "./fetch.js";
export type { Key, Loss, RetryOptions, TimeoutOptions } from "./options.js";
