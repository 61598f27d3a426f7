// Those who are told of calls.

/** Tells an observer, whose faults are not the call's. */
export function tell<T>(observer: ((news: T) => void) | undefined, news: T): void {
  try {
    observer?.(news);
  } catch (error) {
    console.error("tokenwire: an observer of calls threw", error);
  }
}
