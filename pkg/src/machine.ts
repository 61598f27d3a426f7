// The machine's border, as src/wasm/ has it: plain values in and out.

/** What `poll` says; the numbers are those of `host-wasm/src/relay.rs`. */
export const Poll = { abort: 1, done: 2, event: 3, head: 4, bytes: 5, send: 6, wait: 7 } as const;

/** A call as the driver sees it. Times are whole milliseconds of one clock that only goes forward. */
export interface Machine {
  poll(): number;
  attempt(): number;
  status(): number;
  deadline(): number;
  url(): string;
  headers(): string[];
  bytes(): Uint8Array;
  event(): string;
  outcome(): string | undefined;
  losses(): string;
  head(now: number, attempt: number, status: number, headers: string[], wall: number): void;
  chunk(now: number, attempt: number, bytes: Uint8Array): void;
  end(now: number, attempt: number): void;
  fail(now: number, attempt: number, inBody: boolean, message: string): void;
  timeout(now: number): void;
  cancel(now: number): void;
  free(): void;
}

/** Names and values in turn, as the border takes them. */
export function flat(headers: Headers): string[] {
  const list: string[] = [];
  headers.forEach((value, name) => list.push(name, value));
  return list;
}

/** Names and values in turn, as fetch takes them. */
export function paired(list: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < list.length; at += 2) pairs.push([list[at] ?? "", list[at + 1] ?? ""]);
  return pairs;
}
