// The page's only plumbing: values that can be watched, and happenings that can be listened to.

type Listener<T> = (value: T) => void;

/** Something that happens now and then. */
export class Happening<T> {
  readonly #listeners = new Set<Listener<T>>();

  /** Calls `listener` at every happening until the returned function is called. */
  listen(listener: Listener<T>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }
}

/** A value that can be watched. */
export class Watched<T> {
  readonly #changed = new Happening<T>();
  #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  get(): T {
    return this.#value;
  }

  /** Tells the watchers, unless the value is the one it had. */
  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    this.#changed.tell(value);
  }

  /** Calls `watcher` with the value now and at every change. */
  watch(watcher: Listener<T>): () => void {
    watcher(this.#value);
    return this.#changed.listen(watcher);
  }
}
