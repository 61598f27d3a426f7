// A module that lies in the source as text, so that no bundler has to handle an asset.

import { inflateSync } from "fflate";

interface Decoding {
  fromBase64?(text: string): Uint8Array<ArrayBuffer>;
}

interface NodeZlib {
  inflateRawSync(bytes: Uint8Array): Uint8Array<ArrayBuffer>;
}

interface NodeProcess {
  getBuiltinModule?(name: string): NodeZlib | undefined;
}

interface NodeBuffer {
  from(text: string, encoding: "base64"): Uint8Array<ArrayBuffer>;
}

/** The module that base64 text stands for, compressed: a text that is compressed on its way is a quarter larger. */
export function decoded(base64: string): Uint8Array<ArrayBuffer> {
  const bytes = bytesOf(base64);
  // Node, Deno and Bun have it built in, and quicker. A bundler must not see an import.
  const zlib = (globalThis as { process?: NodeProcess }).process?.getBuiltinModule?.("node:zlib");
  return zlib?.inflateRawSync(bytes) ?? (inflateSync(bytes) as Uint8Array<ArrayBuffer>);
}

/** The bytes that base64 text stands for, by the quickest way there is. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const buffer = (globalThis as { Buffer?: NodeBuffer }).Buffer;
  return (
    (Uint8Array as Decoding).fromBase64?.(base64) ??
    buffer?.from(base64, "base64") ??
    Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
  );
}

/** Workers compile as they start, or never. */
const isWorker = (): boolean =>
  (globalThis as { navigator?: { userAgent?: string } }).navigator?.userAgent === "Cloudflare-Workers";

/** Runs `load` at the first use, in Workers at once, and gives what it gave ever after. */
export function once<T>(load: () => T): () => T {
  let loaded = isWorker() ? { value: load() } : undefined;
  return () => (loaded ??= { value: load() }).value;
}
