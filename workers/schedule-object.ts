import { DurableObject } from "cloudflare:workers";
import type { CompiledJourney } from "../src/domain/catalog/catalog.ts";
import { shardsOf } from "../src/storage/shard/shards.ts";
import { memberKeysAfter } from "../src/storage/shard/user-keys.ts";
import { catalogFor, liveVersion } from "./catalog-cache.ts";
import { confirmedFor } from "./confirmed.ts";
import type { Env } from "./env.ts";
import { type Answered, followUp } from "./follow-up.ts";
import { pool } from "./pool.ts";
import { userObject } from "./user-stub.ts";

/** The object of a journey's schedule; keys of definitions hold no colon. */
export const scheduleName = (workspace: string, journey: string): string => `${workspace}:schedule:${journey}`;

/** Everything the object keeps, one value. */
interface Plan {
  /** Instants (ms) up to this one are carried out, or were let go by. */
  readonly upTo: number;
  /** The one being carried out: where its walk through the segment's members is. */
  readonly round?: Round;
}

interface Round {
  readonly at: number;
  readonly shard: number;
  /** Last member done in the shard. */
  readonly after: string;
  readonly entered: number;
  readonly failed: number;
  /** Failures in a row of the page at hand. */
  readonly failures: number;
}

/** What a schedule is about to do; instants in ms. */
export interface ScheduleState {
  readonly next: number | null;
  readonly round: { readonly at: number; readonly entered: number; readonly failed: number } | null;
}

const membersPerPage = 100;
const parallel = 10;
/** One alarm works this long, then arms the next: far below the platform's 15 minutes. */
const workMs = 10_000;
const catalogMaxAgeMs = 5_000;
/** A member who fails this often is left out and counted. */
const attempts = 5;
/** The object looks at least this often: the workspace's zone may have changed. */
const longestSleepMs = 86_400_000;
/** Occurrences that an outage may have let go by, counted through in one look. */
const mostMissed = 5_000;

/** A journey whose trigger is a schedule, with the zone of its workspace. */
interface Scheduled extends CompiledJourney {
  readonly trigger: Extract<CompiledJourney["trigger"], { kind: "schedule" }>;
  readonly timezone: string;
}

/**
 * A journey's schedule: at each of its instants every member of its segment is asked to enter, page by page with a stored
 * cursor, each user once per instant because the entry's id is made of it. What came due while the journey was paused is let
 * go by, and of several that an outage missed only the newest is made up for.
 */
export class ScheduleObject extends DurableObject<Env> {
  /** Looks at the journey as it is published now. Safe to repeat. */
  async arm(): Promise<void> {
    await this.#arm(await this.#journey(0));
  }

  async state(): Promise<ScheduleState> {
    const journey = await this.#journey(0);
    const plan = await this.#plan();
    const next = journey && this.#next(journey, plan);
    const { round } = plan;
    return { next: next ?? null, round: round === undefined ? null : { at: round.at, entered: round.entered, failed: round.failed } };
  }

  /** Works page by page; never throws, so that the platform never gives the alarm up. */
  override async alarm(): Promise<void> {
    let pauseMs: number | undefined;
    try {
      const until = Date.now() + workMs;
      for (let goesOn = true; goesOn && Date.now() < until;) goesOn = await this.#work();
    } catch (error) {
      console.error(JSON.stringify({ what: "schedule failed", object: this.ctx.id.name, error: String(error) }));
      pauseMs = await this.#failed();
    }
    try {
      if (pauseMs !== undefined) await this.ctx.storage.setAlarm(Date.now() + pauseMs);
      else await this.#arm(await this.#journey(catalogMaxAgeMs));
    } catch (error) {
      console.error(JSON.stringify({ what: "schedule not armed", object: this.ctx.id.name, error: String(error) }));
      await this.ctx.storage.setAlarm(Date.now() + 60_000);
    }
  }

  /** Does the next piece of work; false when there is none now. */
  async #work(): Promise<boolean> {
    const journey = await this.#journey(catalogMaxAgeMs);
    const plan = await this.#plan();
    if (journey === undefined) return false;
    const now = Date.now();
    if (plan.round !== undefined) {
      // A pause in the middle holds the rest until the journey goes on.
      if (journey.status === "paused") return false;
      await this.#keep(journey.status === "stopped" ? { upTo: plan.round.at } : await this.#nextPage(journey, plan.round));
      return true;
    }
    const due = this.#newestDue(journey, plan, now);
    if (due === undefined) return false;
    await this.#keep(
      journey.status === "live" ? { ...plan, round: { at: due, shard: 0, after: "", entered: 0, failed: 0, failures: 0 } } : { upTo: due },
    );
    return true;
  }

  /** Does one page and answers the plan after it. Rejects when the page must be repeated. */
  async #nextPage(journey: Scheduled, round: Round): Promise<Plan> {
    const { upTo } = await this.#plan();
    const shard = shardsOf(this.env)[round.shard];
    if (shard === undefined) return { upTo: round.at };
    const { workspace } = this.#identity();
    const { segment } = journey.trigger;
    const members = await memberKeysAfter(shard, { workspace, segment, after: round.after, limit: membersPerPage });
    const catalog = await liveVersion(this.env, workspace, catalogMaxAgeMs);
    const at = new Date(round.at).toISOString();
    const stimulus = {
      type: "enter" as const,
      id: `schedule:${journey.key}:${round.at}`,
      journey: journey.key,
      because: `schedule ${at}`,
      segment,
      properties: { at },
    };
    const answered: Answered[] = [];
    let failed = 0;
    await pool(members, parallel, async (user) => {
      try {
        const confirmed = confirmedFor(workspace, user);
        const request = { catalog, stimuli: [stimulus], ...(confirmed !== undefined && { confirmed }) };
        answered.push({ workspace, user, answer: await userObject(this.env, workspace, user).stimulate(request) });
      } catch (error) {
        if (round.failures < attempts) throw error;
        console.error(JSON.stringify({ what: "schedule leaves a user out", workspace, error: String(error) }));
        failed++;
      }
    });
    await followUp(this.env, answered);
    const moved = { ...round, entered: round.entered + answered.length, failed: round.failed + failed, failures: 0 };
    const last = members.at(-1);
    return last !== undefined && members.length === membersPerPage
      ? { upTo, round: { ...moved, after: last } }
      : { upTo, round: { ...moved, shard: round.shard + 1, after: "" } };
  }

  /** The newest instant that has come since the last; those before it are let go by. */
  #newestDue(journey: Scheduled, plan: Plan, now: number): number | undefined {
    let due: number | undefined;
    for (let looked = 0; looked < mostMissed; looked++) {
      const next = this.#next(journey, due === undefined ? plan : { upTo: due });
      if (next === undefined || next > now) break;
      due = next;
    }
    return due;
  }

  #next(journey: Scheduled, { upTo }: Plan): number | undefined {
    return journey.trigger.next(Math.max(upTo, journey.since - 1), journey.timezone);
  }

  async #arm(journey: Scheduled | undefined): Promise<void> {
    const plan = await this.#plan();
    if (journey === undefined || journey.status === "stopped") {
      // Nothing is carried out any more; what was is remembered, should the journey come back.
      if (plan.round !== undefined) await this.#keep({ upTo: plan.round.at });
      await this.ctx.storage.deleteAlarm();
      return;
    }
    if (plan.round !== undefined && journey.status === "live") return this.ctx.storage.setAlarm(Date.now());
    const next = this.#next(journey, plan);
    if (next === undefined) return this.ctx.storage.deleteAlarm();
    await this.ctx.storage.setAlarm(Math.min(next, Date.now() + longestSleepMs));
  }

  /** Counts a failure; answers how long to pause before the next try, ms. */
  async #failed(): Promise<number> {
    const plan = await this.#plan();
    if (plan.round === undefined) return 10_000;
    await this.#keep({ ...plan, round: { ...plan.round, failures: plan.round.failures + 1 } });
    return Math.min(1_000 * 2 ** plan.round.failures, 60_000);
  }

  async #plan(): Promise<Plan> {
    return (await this.ctx.storage.get<Plan>("plan")) ?? { upTo: 0 };
  }

  async #keep(plan: Plan): Promise<void> {
    await this.ctx.storage.put("plan", plan);
  }

  /** The journey as it is published; undefined when it is gone or starts by something else now. */
  async #journey(maxAgeMs: number): Promise<Scheduled | undefined> {
    const { workspace, journey: key } = this.#identity();
    const catalog = await catalogFor(this.env, workspace, await liveVersion(this.env, workspace, maxAgeMs));
    const journey = catalog.journeys.get(key);
    if (journey?.trigger.kind !== "schedule") return undefined;
    return { ...journey, trigger: journey.trigger, timezone: catalog.document.timezone };
  }

  #identity(): { readonly workspace: string; readonly journey: string } {
    const [workspace, , journey] = this.ctx.id.name?.split(":") ?? [];
    if (workspace === undefined || journey === undefined) throw new Error("expected a schedule's object to be named, it is not");
    return { workspace, journey };
  }
}
