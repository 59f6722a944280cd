import { DurableObject } from "cloudflare:workers";
import { durableSql } from "../src/storage/object/durable-sql.ts";
import { type Slot, type SlotRequest, Slots } from "../src/storage/object/slots.ts";
import type { Env } from "./env.ts";

/** What a limiter answers to. */
export interface Limiter {
  /** A place under the limit; safe to repeat. */
  take(request: SlotRequest): Promise<Slot>;
}

/** One limit that many users share: the only place that knows who was let through when. */
export class LimiterObject extends DurableObject<Env> implements Limiter {
  readonly #slots: Slots;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#slots = new Slots(durableSql(ctx.storage.sql));
  }

  async take(request: SlotRequest): Promise<Slot> {
    return this.ctx.storage.transactionSync(() => this.#slots.take(request, Date.now()));
  }
}

/** The limiter of a workspace's throttle. Workspace ids hold no colon. */
export const throttleLimiter = (env: Pick<Env, "LIMITERS">, workspace: string, name: string): Limiter =>
  env.LIMITERS.getByName(`${workspace}:throttle:${name}`);
