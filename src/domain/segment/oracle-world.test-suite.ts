/** What the oracle's parts share: the world as a list of everything that ever happened. */
import { compareOrder, orderOf, type UserEvent } from "../event/event.ts";
import type { Json } from "../json.ts";
import type { Message } from "../message/message.ts";
import type { Run } from "../user/state.ts";
import type { Since } from "./condition.ts";
import type { SomeUser } from "./user-arbitraries.test-suite.ts";

export interface OracleWorld {
  /** In any order. */
  readonly events: readonly UserEvent[];
  readonly user: SomeUser;
  readonly messages: readonly Message[];
  readonly createdAt: number;
  readonly run?: Run;
  readonly keyPath?: string;
}

export const millisOf = (duration: string): number => Math.round(Number(/^PT([\d.]+)S$/.exec(duration)?.[1]) * 1000);

export const countsSince = (event: UserEvent, since: Since, run: Run | undefined): boolean => {
  if (since === "ever" || run === undefined) return true;
  if (event.id === run.trigger?.id) return false;
  if (since === "entry") return event.time >= run.entryOrder[0];
  return run.stepOrder === undefined ? event.time >= run.stepEnteredAt : compareOrder(orderOf(event), run.stepOrder) > 0;
};

/** The few operators the arbitraries make use of. */
export const filterHolds = (filter: object, value: Json | undefined, now: number): boolean => {
  const { operator, value: wanted } = filter as { operator: string; value: Json };
  const date = typeof value === "string" ? Date.parse(value) : Number.NaN;
  switch (operator) {
    case "equals":
      return value === wanted;
    case "not-equals":
      return value !== wanted;
    case "within-last":
      return now >= date && now < date + millisOf(String(wanted));
    case "within-next":
      return now >= date - millisOf(String(wanted)) && now < date;
    default:
      throw new Error(`the oracle knows no ${operator}`);
  }
};
