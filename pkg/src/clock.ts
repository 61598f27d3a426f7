// The two clocks, and chance.

/** Whole milliseconds of a clock that only goes forward. */
export const now = (): number => Math.floor(performance.now());

/** Whole milliseconds since the epoch. */
export const wall = (): number => Date.now();

/** 32 bits that decide a call's jitter. */
export const seed = (): number => (crypto.getRandomValues(new Uint32Array(1))[0] as number);
