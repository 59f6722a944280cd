import { BoundedMap } from "./bounded-map.ts";

/**
 * May a request wait for a read that another one began? The Workers runtime then brings each back into its own context (its
 * flag handle_cross_request_promise_resolution, on since 2024-10-14). The test runner switches that flag off, so its set-up
 * switches this off too: everyone reads for themselves there.
 */
export const inFlight = { isShared: true };

/** What an isolate has read and keeps: each thing is read once, however many ask for it meanwhile. A failed read is tried again by the next who asks. */
export class KeptReads<Value> {
  readonly #kept: BoundedMap<string, { readonly value: Value }>;
  readonly #running = new Map<string, Promise<Value>>();

  constructor(limit: number) {
    this.#kept = new BoundedMap(limit);
  }

  get(name: string, read: () => Promise<Value>): Promise<Value> {
    const kept = this.#kept.get(name);
    if (kept !== undefined) return Promise.resolve(kept.value);
    const running = inFlight.isShared ? this.#running.get(name) : undefined;
    return running ?? this.#read(name, read);
  }

  async #read(name: string, read: () => Promise<Value>): Promise<Value> {
    const reading = read();
    this.#running.set(name, reading);
    try {
      const value = await reading;
      this.#kept.set(name, { value });
      return value;
    } finally {
      if (this.#running.get(name) === reading) this.#running.delete(name);
    }
  }
}
