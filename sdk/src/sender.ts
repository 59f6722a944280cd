import type { Platform } from "./platform.ts";
import type { Queue } from "./queue.ts";
import { post } from "./transport.ts";
import type { Item, TernOptions } from "./types.ts";

/** The platform takes 500 KB a request; browsers take 64 KB in beacons. */
const batchBytes = 450_000;
const beaconBytes = 60_000;
const firstBackOffMs = 500;
const lastBackOffMs = 60_000;

/** Empties the queue: one request at a time, in order, with back-off while the platform cannot take it. */
export class Sender {
  readonly #queue: Queue;
  readonly #options: TernOptions;
  readonly #platform: Platform;
  readonly #url: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<boolean> | undefined;
  #failures = 0;
  #batchSize: number;

  constructor(queue: Queue, options: TernOptions, platform: Platform) {
    this.#queue = queue;
    this.#options = options;
    this.#platform = platform;
    this.#url = `${options.host.replace(/\/+$/, "")}/v1/batch`;
    this.#batchSize = options.flushAt ?? 20;
    platform.listen(
      () => this.#sendBeacons(),
      () => void this.flush(),
    );
    if (queue.size > 0) this.#schedule(0);
  }

  /** An item was added: leave at once when a batch is full, else soon; while backing off, when that is over. */
  added(): void {
    if (this.#running || this.#failures > 0) return;
    if (this.#queue.size >= (this.#options.flushAt ?? 20)) this.#schedule(0);
    else if (this.#timer === undefined) this.#schedule(this.#options.flushIntervalMs ?? 1000);
  }

  /** Sends until the queue is empty (true) or a request must be tried again later (false). */
  flush(): Promise<boolean> {
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #drain(): Promise<boolean> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#queue.size > 0) {
      const items = this.#queue.peek(this.#batchSize, batchBytes);
      const answer = await post(this.#url, this.#body(items));
      if (answer.kind === "retry") {
        const backOff = Math.min(lastBackOffMs, firstBackOffMs * 2 ** this.#failures++);
        this.#schedule(Math.max(answer.afterMs, backOff * (0.5 + Math.random() / 2)), true);
        return false;
      }
      this.#failures = 0;
      if (answer.kind === "too-large" && items.length > 1) {
        this.#batchSize = Math.ceil(items.length / 2);
        continue;
      }
      this.#queue.remove(items);
      this.#batchSize = this.#options.flushAt ?? 20;
      if (answer.kind === "too-large") this.#report(413, "The item is too large", items);
      else if (answer.kind === "refused") this.#report(answer.status, answer.message, items);
      else for (const { index, message } of answer.rejected) this.#report(answer.status, message, items.slice(index, index + 1));
    }
    return true;
  }

  #report(status: number, message: string, items: readonly Item[]): void {
    this.#options.onError?.({ status, message, items });
  }

  #schedule(delayMs: number, retry = false): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), delayMs);
    // A server's process must not be kept alive for ever by a platform that is down; a first try is worth a second's wait.
    if (retry && typeof this.#timer === "object") (this.#timer as { unref?: () => void }).unref?.();
  }

  /** Hands everything to the browser while the page goes away; what it refuses stays in storage for the next visit. */
  #sendBeacons(): void {
    for (;;) {
      const items = this.#queue.peek(1000, beaconBytes);
      if (items.length === 0 || !this.#platform.beacon?.(this.#url, this.#body(items))) return;
      this.#queue.remove(items);
    }
  }

  #body(items: readonly Item[]): string {
    return JSON.stringify({ writeKey: this.#options.writeKey, sentAt: new Date().toISOString(), batch: items });
  }
}
