// For those who bring the module themselves.

import { clientOver } from "./client.js";
import { RequestError } from "./errors.js";
import { fetchOver } from "./fetch.js";
import * as glue from "./wasm/full.js";

let isLoaded = false;

/**
 * Loads the module, `tokenwire/tokenwire.wasm`: a `WebAssembly.Module`, or its bytes. To be called once, before
 * anything else.
 */
export function load(module: ArrayBuffer | ArrayBufferView | object): void {
  glue.initSync({ module: module as WebAssembly.Module });
  isLoaded = true;
}

const wasm = (): typeof glue => {
  if (!isLoaded) throw new RequestError("expected load() to be called first");
  return glue;
};

/** A client of the providers that the options name. */
export const createClient = clientOver(wasm);

/** A `fetch` for SDKs: they speak their own wire, and any of the four answers. */
export const createFetch = fetchOver(wasm);

export * from "./surface.js";
export * from "./relaying.js";
