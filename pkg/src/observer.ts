// Those who are told of calls.

/** Observers that have thrown, and been told of. */
const faulty = new WeakSet<object>();

/** Tells an observer, whose faults are not the call's: the first goes to the console. */
export function tell<T>(observer: ((news: T) => void) | undefined, news: T): void {
  try {
    observer?.(news);
  } catch (error) {
    if (observer === undefined || faulty.has(observer)) return;
    faulty.add(observer);
    console.error("tokenwire: an observer of calls threw; it is told on, and heard no more", error);
  }
}
