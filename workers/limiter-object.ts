import { DurableObject } from "cloudflare:workers";
import { durableSql } from "../src/storage/object/durable-sql.ts";
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
}

/** One limit that many users share: the only place that knows who was let through when. */
export class LimiterObject extends DurableObject<Env> implements Limiter {
  readonly #slots: Slots;
  readonly #places: SendPlaces;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#slots = new Slots(durableSql(ctx.storage.sql));
    this.#places = new SendPlaces(durableSql(ctx.storage.sql));
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
}

/** The limiter of a provider's account. */
export const providerLimiter = (env: Pick<Env, "LIMITERS">, workspace: string, key: string): Limiter =>
  env.LIMITERS.getByName(`${workspace}:provider:${key}`);

/** The limiter of a workspace's throttle. Workspace ids hold no colon. */
export const throttleLimiter = (env: Pick<Env, "LIMITERS">, workspace: string, name: string): Limiter =>
  env.LIMITERS.getByName(`${workspace}:throttle:${name}`);
