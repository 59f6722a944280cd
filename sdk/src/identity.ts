import type { DeviceStorage } from "./platform.ts";

/** A random UUID; `crypto.randomUUID` is missing on pages served over plain http. */
export const randomId = (): string =>
  crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const anonymousKey = "tern.anonymousId";
const userKey = "tern.userId";

/** Who this device is: an anonymous id from the first call on, and the user who signed in, if any. */
export class Identity {
  readonly #storage: DeviceStorage;
  constructor(storage: DeviceStorage) {
    this.#storage = storage;
  }

  anonymousId(): string {
    const kept = this.#storage.get(anonymousKey);
    if (kept) return kept;
    const fresh = randomId();
    this.#storage.set(anonymousKey, fresh);
    return fresh;
  }

  userId(): string | undefined {
    return this.#storage.get(userKey) ?? undefined;
  }

  remember(userId: string): void {
    this.#storage.set(userKey, userId);
  }

  forget(): void {
    this.#storage.remove(userKey);
    this.#storage.remove(anonymousKey);
  }
}
