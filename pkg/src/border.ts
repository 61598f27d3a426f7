// The machine's border, as the WebAssembly module has it: plain values in and out.

/** Takes what a machine says. It must not call the machine. */
export interface Sink {
  abort(attempt: number): void;
  send(attempt: number, method: string, url: string, headers: string, body: Uint8Array): void;
  head(status: number, headers: string): void;
  bytes(bytes: Uint8Array): void;
  text(part: number, text: string): void;
  reasoning(part: number, text: string): void;
  arguments(part: number, text: string): void;
  event(json: string): void;
}

/**
 * The machine of one call. What tells it something gives the time at which `timeout` is due: infinite where
 * there is no deadline, not a number where the call is over. Times are whole milliseconds of one clock that
 * only goes forward.
 */
export interface Machine {
  drain(sink: Sink): number;
  head(now: number, attempt: number, status: number, headers: string, wall: number, sink: Sink): number;
  chunk(now: number, attempt: number, bytes: Uint8Array, sink: Sink): number;
  end(now: number, attempt: number, sink: Sink): number;
  fail(now: number, attempt: number, kind: number, message: string, sink: Sink): number;
  timeout(now: number, sink: Sink): number;
  cancel(now: number, sink: Sink): number;
  outcome(): string | undefined;
  is_cut_off(): boolean;
  losses(): string;
  free(): void;
}

/** Calls of the package's own client. */
export interface CallModule {
  readonly Machine: {
    call(request: string, config: string, seed: number, now: number, isWatched: boolean): Machine;
  };
  cost(provider: string, model: string, body: string, at: number): string;
}

/** Requests of other SDKs. */
export interface RelayModule {
  readonly Machine: {
    relay(
      wire: string,
      path: string,
      headers: string,
      body: string,
      config: string,
      seed: number,
      now: number,
      isWatched: boolean,
    ): Machine;
  };
  endpoint(method: string, path: string, headers: string): string | undefined;
}

/** Headers as they cross: name, line feed, value, line feed, and so on. */
export function lines(headers: Headers): string {
  let text = "";
  headers.forEach((value, name) => (text += `${name}\n${value}\n`));
  return text;
}

/** Headers that have crossed. */
export function pairs(text: string): [string, string][] {
  const parts = text.split("\n");
  const list: [string, string][] = [];
  for (let at = 0; at + 2 < parts.length; at += 2) list.push([parts[at] as string, parts[at + 1] as string]);
  return list;
}
