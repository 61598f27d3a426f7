/** temporary */
export type Event = { type: "text_delta" | "reasoning_delta" | "arguments_delta"; part: number; text: string };
