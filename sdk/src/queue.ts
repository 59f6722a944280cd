import { randomId } from "./identity.ts";
import type { DeviceStorage } from "./platform.ts";
import type { Item } from "./types.ts";

const prefix = "tern.queue.";

/**
 * Items waiting to be delivered, oldest first, bounded. An item stays until it was answered, so a page that goes away in
 * mid-request loses nothing: the next page takes over what it finds in storage. Each page writes under its own name; if
 * two pages ever send the same item, its messageId makes the platform take it once.
 */
export class Queue {
  #items: Item[] = [];
  readonly #storage: DeviceStorage | undefined;
  readonly #max: number;
  readonly #name: string;

  constructor(storage: DeviceStorage | undefined, writeKey: string, max: number) {
    this.#storage = storage;
    this.#max = max;
    const mine = `${prefix}${writeKey}.`;
    this.#name = mine + randomId();
    if (!storage) return;
    for (const key of storage.keys()) {
      if (!key.startsWith(mine)) continue;
      this.#items.push(...parseItems(storage.get(key)));
      storage.remove(key);
    }
    this.#items = this.#items.slice(-max);
    this.#save();
  }

  get size(): number {
    return this.#items.length;
  }

  /** Adds an item; answers the one that had to give way, if any. */
  add(item: Item): Item | undefined {
    this.#items.push(item);
    const dropped = this.#items.length > this.#max ? this.#items.shift() : undefined;
    this.#save();
    return dropped;
  }

  /** The oldest items, at most `count` and `bytes` (always at least one), left in the queue until `remove`. */
  peek(count: number, bytes: number, skip = 0): readonly Item[] {
    let size = 0;
    let end = skip;
    for (; end < this.#items.length && end - skip < count; end++) {
      size += new TextEncoder().encode(JSON.stringify(this.#items[end])).length + 1;
      if (size > bytes && end > skip) break;
    }
    return this.#items.slice(skip, end);
  }

  remove(items: readonly Item[]): void {
    const gone = new Set(items);
    this.#items = this.#items.filter((item) => !gone.has(item));
    this.#save();
  }

  #save(): void {
    if (this.#items.length > 0) this.#storage?.set(this.#name, JSON.stringify(this.#items));
    else this.#storage?.remove(this.#name);
  }
}

const parseItems = (text: string | null): readonly Item[] => {
  try {
    const value: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(value) ? value.filter((item) => typeof item?.messageId === "string") : [];
  } catch {
    // Another script wrote there, or a write was cut: nothing to save.
    return [];
  }
};
