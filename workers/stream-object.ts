import { DurableObject } from "cloudflare:workers";
import type { StreamItem } from "../src/domain/stream/stream-items.ts";
import type { StreamDefinition } from "../src/domain/stream/stream.ts";
import { durableSql } from "../src/storage/object/durable-sql.ts";
import type { Delivery, DeliveryStatus } from "../src/storage/object/stream/delivery.ts";
import { type Replay, type Replayed, type StreamState, StreamStore } from "../src/storage/object/stream-store.ts";
import type { Env } from "./env.ts";
import { callEndpoint, pauseMs, readAttempt } from "./stream/attempt.ts";
import { readStream } from "./stream/stream-definition.ts";

/** What a stream's object answers to. */
export interface StreamRpc {
  /** Takes items; the same ones again change nothing. */
  append(items: readonly StreamItem[]): Promise<void>;
  state(): Promise<StreamState>;
  deliveries(page: {
    readonly before: number;
    readonly limit: number;
    readonly status?: DeliveryStatus;
  }): Promise<readonly (Delivery & { readonly id: string })[]>;
  replay(which: Replay): Promise<Replayed>;
  /** Gives up deliveries by their ids; how many. */
  skip(ids: readonly string[]): Promise<number>;
  /** The definition changed: whatever waits is tried at once. */
  changed(): Promise<void>;
  /** The stream was deleted. */
  forget(): Promise<void>;
}

/** The object of a stream; keys of definitions hold no colon. */
export const streamObject = (env: Pick<Env, "STREAMS">, workspace: string, key: string): StreamRpc =>
  env.STREAMS.getByName(`${workspace}:${key}`);

/** Items that come within this time go in one request. */
const gatherMs = 50;
/** One alarm sends for this long, then arms the next: far below the platform's 15 minutes. */
const workMs = 20_000;
/** The wait where not even that can be written down. */
const pauseAfterTroubleMs = 5_000;
/** Looks of one alarm at what is past its life: together more rows than an alarm can tell. */
const pruneLooks = 50;
/** What nothing else wakes is looked at this often: what is past its life goes. */
const tidyMs = 3_600_000;
/** An alarm that dies on its way is followed by another after this. */
const rescueMs = 120_000;
/** How old the definition may be that is sent by. */
const definitionMaxAgeMs = 5_000;

/**
 * One endpoint of a customer: what it is still to be told, in order, one request at a time. Nobody waits for it: those who
 * append are answered once it is kept, and a dead endpoint holds up nothing but itself.
 */
export class StreamObject extends DurableObject<Env> implements StreamRpc {
  #store: StreamStore | undefined;
  #definition: { readonly value: Awaited<ReturnType<typeof readStream>>; readonly readAt: number } | undefined;
  /** The alarm that is set, as far as this instance knows; ms. */
  #armed: number | undefined;
  #sending = false;
  /** How often it was said to have changed. */
  #changes = 0;

  async append(items: readonly StreamItem[]): Promise<void> {
    const added = this.#write((store) => store.append(items, Date.now()));
    // Also when nothing was new: whoever repeats it may have been cut off before the alarm was set.
    if (added > 0 || this.#armed === undefined) await this.#wakeAt(this.#next());
  }

  /** When what was just taken is looked at: a disabled stream's only to be tidied up, however much comes. */
  #next(): number {
    const { disabled, nextAttemptAt } = this.#open();
    return disabled === null ? Math.max(Date.now() + gatherMs, nextAttemptAt) : Date.now() + tidyMs;
  }

  async state(): Promise<StreamState> {
    return this.#open().state();
  }

  async deliveries({ before, limit, status }: Parameters<StreamRpc["deliveries"]>[0]): ReturnType<StreamRpc["deliveries"]> {
    return this.#open().log(before, limit, status);
  }

  async replay(which: Replay): Promise<Replayed> {
    const replayed = this.#write((store) => store.replay(which, Date.now()));
    if (replayed.deliveries > 0) await this.#wakeAt(Date.now());
    return replayed;
  }

  async skip(ids: readonly string[]): Promise<number> {
    const skipped = this.#write((store) => store.skip(ids, Date.now()));
    if (skipped > 0) await this.#wakeAt(Date.now());
    return skipped;
  }

  async changed(): Promise<void> {
    this.#definition = undefined;
    this.#changes++;
    this.#write((store) => store.enable());
    await this.#wakeAt(Date.now());
  }

  async forget(): Promise<void> {
    this.#store = undefined;
    this.#definition = undefined;
    this.#changes++;
    this.#armed = undefined;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  /** Sends what waits. Never throws: a throwing alarm is retried six times and then lost for ever. */
  override async alarm(): Promise<void> {
    this.#armed = Date.now() + rescueMs;
    await this.ctx.storage.setAlarm(this.#armed);
    this.#sending = true;
    try {
      const isThere = await this.#drain();
      this.#sending = false;
      if (!isThere) return await this.forget();
      await this.#arm(this.#due());
    } catch (error) {
      console.error(JSON.stringify({ what: "stream could not be sent", object: this.ctx.id.name, error: String(error) }));
      this.#sending = false;
      this.#store = undefined;
      await this.#arm(this.#noteTrouble());
    }
  }

  /** Trouble of our own (settings that no secret opens, a database away) is counted like the endpoint's. Answers when to try again. */
  #noteTrouble(): number {
    const now = Date.now();
    try {
      return this.#write((store) => {
        const retryAt = now + pauseMs(store.failures, undefined, Math.random());
        store.fail({ now, retryAt });
        return retryAt;
      });
    } catch {
      return now + pauseAfterTroubleMs;
    }
  }

  /** Sends delivery after delivery until nothing is left, one fails, or its time is over. False when there is no such stream. */
  async #drain(): Promise<boolean> {
    const until = Date.now() + workMs;
    while (Date.now() < until) {
      const definition = await this.#read();
      if (definition === undefined) return false;
      if (!this.#write((store) => store.belongsTo(definition.definedAt))) return false;
      if (this.#open().nextAttemptAt > Date.now() || this.#open().disabled !== null) break;
      const delivery = this.#write((store) => store.next(Date.now()));
      if (delivery === undefined) break;
      if (!(await this.#send(delivery, definition.stream))) break;
    }
    for (let looks = 0; looks < pruneLooks && this.#write((store) => store.prune(Date.now())); looks++);
    return true;
  }

  /** One attempt. False when the endpoint did not take it. */
  async #send(delivery: Delivery, stream: StreamDefinition): Promise<boolean> {
    const store = this.#open();
    const [id, body] = [store.idOf(delivery), store.bodyOf(delivery)];
    const reply = await callEndpoint(this.env, stream, { id, body });
    const attempted = readAttempt(reply);
    // Deleted while it was on its way: what is there now is another stream.
    if (this.#open().idOf(delivery) !== id) return false;
    const now = Date.now();
    this.#write((kept) => {
      kept.settle(delivery, attempted, { now, retryAt: now + pauseMs(kept.failures, reply, Math.random()) });
      if (attempted.code === 410) kept.disable("the endpoint answered 410 Gone");
    });
    return attempted.ok;
  }

  /** When there is something to do again; undefined = not before something comes. */
  #due(): number | undefined {
    const store = this.#open();
    if (store.hasWork) return Math.max(Date.now(), store.nextAttemptAt);
    return Date.now() + tidyMs;
  }

  async #read(): ReturnType<typeof readStream> {
    const known = this.#definition;
    if (known !== undefined && Date.now() - known.readAt <= definitionMaxAgeMs) return known.value;
    const [workspace = "", key = ""] = this.ctx.id.name?.split(":") ?? [];
    const readAt = Date.now();
    const changes = this.#changes;
    const value = await readStream(this.env, workspace, key);
    // Put meanwhile: this may be what it was before.
    if (changes !== this.#changes) return this.#read();
    this.#definition = { value, readAt };
    return value;
  }

  #open(): StreamStore {
    return (this.#store ??= new StreamStore(durableSql(this.ctx.storage.sql), crypto.randomUUID().replaceAll("-", "").slice(0, 16)));
  }

  /** All or nothing; what is kept in memory is read anew after a failure. */
  #write<T>(work: (store: StreamStore) => T): T {
    try {
      return this.ctx.storage.transactionSync(() => work(this.#open()));
    } catch (error) {
      this.#store = undefined;
      throw error;
    }
  }

  /** Sees to it that there is an alarm at the instant or before. While one is being carried out it looks itself. */
  async #wakeAt(at: number): Promise<void> {
    if (this.#sending) return;
    this.#armed ??= (await this.ctx.storage.getAlarm()) ?? undefined;
    if (this.#armed !== undefined && this.#armed <= at && this.#armed > Date.now() - rescueMs) return;
    await this.#arm(at);
  }

  async #arm(at: number | undefined): Promise<void> {
    this.#armed = at;
    await (at === undefined ? this.ctx.storage.deleteAlarm() : this.ctx.storage.setAlarm(at));
  }
}
