// Weak references, where there are any: workerd has none at compatibility dates before May 2025.

/** A reference that does not keep its target, if there is such a thing. */
export const weakly = <T extends object>(target: T): { deref(): T | undefined } =>
  typeof WeakRef === "undefined" ? { deref: () => target } : new WeakRef(target);

/** Tells what was held for something that is collected, if that can be told. */
export const collected = <T>(done: (held: T) => void): Pick<FinalizationRegistry<T>, "register" | "unregister"> =>
  typeof FinalizationRegistry === "undefined"
    ? { register: () => {}, unregister: () => false }
    : new FinalizationRegistry(done);
