// What a wire could not carry.

/** One thing that a wire could not carry. */
export interface Loss {
  /** What became of it. */
  readonly action: "approximated" | "dropped" | "refused" | "renamed";
  /** Where it stood: `messages[2].parts[0]`, `sampling.top_k`. */
  readonly path: string;
  /** Why it could not stay. */
  readonly why: string;
}
