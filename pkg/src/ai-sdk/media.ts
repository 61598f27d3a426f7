// Files of the AI SDK's messages as media parts.

import type { JSONObject, SharedV4FileData } from "@ai-sdk/provider";

import type { MediaKind, MediaPart, MediaSource } from "../request.js";
import type { Address } from "./dialects.js";

/** A file as the AI SDK has it in messages and in results of tools. */
export interface File {
  readonly data: SharedV4FileData;
  /** A media type, or its first half alone. */
  readonly mediaType: string;
  readonly filename?: string;
}

/** A file as a media part. */
export function mediaOf({ data, mediaType, filename }: File, own: JSONObject, address: Address): MediaPart {
  const [top = "", sub = "*"] = mediaType.split("/");
  const source = sourceOf(data, address);
  const media_type = sub === "*" ? ("base64" in source ? mediaTypeOf(source.base64) : undefined) : mediaType;
  return { kind: kindOf(top), ...source, media_type, name: filename, ...own };
}

const kindOf = (top: string): MediaKind => (top === "audio" || top === "image" || top === "video" ? top : "file");

function sourceOf(data: SharedV4FileData, { provider, vendor }: Address): MediaSource {
  switch (data.type) {
    case "data":
      return { base64: typeof data.data === "string" ? data.data : base64Of(data.data) };
    case "text":
      return { text: data.text };
    case "url":
      return { url: data.originalUrl ?? data.url.href };
    case "reference": {
      const ids = data.reference as Readonly<Record<string, string>>;
      const mine = ids[provider] ?? ids[vendor];
      if (mine !== undefined) return { id: mine, vendor };
      const [[other, id] = ["", ""]] = Object.entries(ids);
      return { id, vendor: other };
    }
  }
}

/** The media type that the first bytes tell. */
export const mediaTypeOf = (base64: string): string | undefined =>
  SIGNATURES.find(([start]) => base64.startsWith(start))?.[1];

const SIGNATURES: readonly (readonly [start: string, mediaType: string])[] = [
  ["/9j/", "image/jpeg"],
  ["JVBER", "application/pdf"],
  ["R0lGOD", "image/gif"],
  ["SUQz", "audio/mpeg"],
  ["UklGR", "image/webp"],
  ["iVBOR", "image/png"],
];

/** So many bytes at a time become arguments of one call. */
const PIECE = 0x8000;

function base64Of(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return btoa(text);
}
