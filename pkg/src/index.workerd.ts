// Workers: they refuse to compile bytes at run time, and give an imported module as it is.

import module from "./tokenwire.wasm";
import { Relay, endpoint, initSync } from "./wasm/tokenwire_wasm.js";
import { fetchOver } from "./fetch.js";

initSync({ module });

export const createFetch = fetchOver({ Relay, endpoint });
export type { FetchOptions, RelayFetch } from "./fetch.js";
export type { Key, Loss, RetryOptions, TimeoutOptions } from "./options.js";
