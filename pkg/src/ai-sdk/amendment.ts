// Vendor state that comes when its part has ended, and cannot be given to it any more.
//
// It goes into the conversation as content of its own, which nothing shows, and into its part when the
// conversation goes on.

import type { JSONObject, LanguageModelV4CustomContent } from "@ai-sdk/provider";

import type { Opaque, Part } from "../request.js";
import { ownMetadata } from "./own.js";

const KIND = "tokenwire.amendment";

/** State for the last part of that kind. */
export const amendment = (kind: Part["kind"], opaque: readonly Opaque[]): LanguageModelV4CustomContent => ({
  type: "custom",
  kind: KIND,
  ...ownMetadata({ amends: kind, opaque }),
});

/** Whether custom content of this kind is state for an earlier part. */
export const isAmendment = (kind: string): boolean => kind === KIND;

/** The parts, with the state where it belongs. */
export function amended(parts: readonly Part[], { amends, opaque }: JSONObject): Part[] {
  const at = parts.map(({ kind }) => kind as unknown).lastIndexOf(amends);
  return parts.map((part, index) => (index === at ? ({ ...part, opaque } as Part) : part));
}
