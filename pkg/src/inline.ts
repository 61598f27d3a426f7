// A module that lies in the source as text, so that no bundler has to handle an asset.

interface Decoding {
  fromBase64?(text: string): Uint8Array<ArrayBuffer>;
}

interface NodeBuffer {
  from(text: string, encoding: "base64"): Uint8Array<ArrayBuffer>;
}

/** The bytes that base64 text stands for, by the quickest way there is. */
export function decoded(base64: string): Uint8Array<ArrayBuffer> {
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
