import { DurableObject } from "cloudflare:workers";
import type { Quota } from "../src/domain/sending/quota.ts";
import { durableSql } from "../src/storage/object/durable-sql.ts";
import { type QuotaAnswer, QuotaCounts, type QuotaReached, type QuotaRequest } from "../src/storage/object/quota-counts.ts";
import { type PlaceRequest, type SendPlace, SendPlaces } from "../src/storage/object/send-places.ts";
import { type Slot, type SlotRequest, Slots } from "../src/storage/object/slots.ts";
import type { Env } from "./env.ts";

/** What a limiter answers to. */
export interface Limiter {
  /** A place under the limit; safe to repeat. */
  take(request: SlotRequest): Promise<Slot>;
  /** A place to send at under a provider's rate; safe to repeat. */
  place(request: PlaceRequest): Promise<SendPlace>;
  /** A place that was taken is not used. */
  giveBack(id: string): Promise<void>;
  /** May the call of a taken place begin? Milliseconds until it is asked again; 0 = it begins. */
  begin(request: PlaceRequest): Promise<number>;
  /** The call of a place is over. */
  end(id: string): Promise<void>;
  /** Room under a workspace's quota. Asked twice it counts twice. */
  count(request: QuotaRequest): Promise<QuotaAnswer>;
  /** Messages counted at an instant (ms) are not sent after all. */
  uncount(messages: number, at: number): Promise<void>;
  /** Limits of the quota that are reached now. */
  reached(quota: Quota): Promise<readonly QuotaReached[]>;
}

/** One limit that many users share: the only place that knows who was let through when. */
export class LimiterObject extends DurableObject<Env> implements Limiter {
  readonly #slots: Slots;
  readonly #places: SendPlaces;
  readonly #counts: QuotaCounts;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#slots = new Slots(durableSql(ctx.storage.sql));
    this.#places = new SendPlaces(durableSql(ctx.storage.sql));
    this.#counts = new QuotaCounts(durableSql(ctx.storage.sql));
  }

  async take(request: SlotRequest): Promise<Slot> {
    return this.ctx.storage.transactionSync(() => this.#slots.take(request, Date.now()));
  }

  async place(request: PlaceRequest): Promise<SendPlace> {
    return this.ctx.storage.transactionSync(() => this.#places.take(request, Date.now()));
  }

  async giveBack(id: string): Promise<void> {
    this.#places.giveBack(id);
  }

  async begin(request: PlaceRequest): Promise<number> {
    return this.ctx.storage.transactionSync(() => this.#places.begin(request, Date.now()));
  }

  async end(id: string): Promise<void> {
    this.#places.end(id, Date.now());
  }

  async count(request: QuotaRequest): Promise<QuotaAnswer> {
    return this.ctx.storage.transactionSync(() => this.#counts.take(request, Date.now()));
  }

  async uncount(messages: number, at: number): Promise<void> {
    this.ctx.storage.transactionSync(() => this.#counts.giveBack(messages, at));
  }

  async reached(quota: Quota): Promise<readonly QuotaReached[]> {
    return this.#counts.reached(quota, Date.now());
  }
}

/** The limiter of a provider's account. */
export const providerLimiter = (env: Pick<Env, "LIMITERS">, workspace: string, key: string): Limiter =>
  env.LIMITERS.getByName(`${workspace}:provider:${key}`);

/** What counts a workspace's messages. */
export const quotaLimiter = (env: Pick<Env, "LIMITERS">, workspace: string): Limiter => env.LIMITERS.getByName(`${workspace}:quota`);

/** The limiter of a workspace's throttle. Workspace ids hold no colon. */
export const throttleLimiter = (env: Pick<Env, "LIMITERS">, workspace: string, name: string): Limiter =>
  env.LIMITERS.getByName(`${workspace}:throttle:${name}`);
