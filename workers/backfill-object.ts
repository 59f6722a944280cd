import { DurableObject } from "cloudflare:workers";
import type { ObjectAnswer } from "../src/api/queue.ts";
import { projectFacts } from "./stream/project-facts.ts";
import { shardsOf } from "../src/storage/shard/shards.ts";
import { countUsers, userKeysAfter } from "../src/storage/shard/user-keys.ts";
import { liveVersion } from "./catalog-cache.ts";
import type { Env } from "./env.ts";
import { sendFollowUps } from "./follow-up.ts";
import { pool } from "./pool.ts";
import { userObject } from "./user-stub.ts";

/** What a backfill brings up to date, and for whom joins are not silent. */
export interface BackfillRequest {
  /** The catalog version that brought the change. */
  readonly catalog: number;
  /** Journeys to enter by joins of this backfill (includeCurrent); all other joins are silent. */
  readonly enter?: readonly string[];
}

/** How far a backfill is; instants in ms. `total` is the directory's size when it started. */
export interface BackfillProgress {
  readonly state: "none" | "running" | "done";
  readonly done: number;
  readonly failed: number;
  readonly total: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

/** Everything the object keeps, one value. */
interface Position extends BackfillRequest {
  readonly shard: number;
  /** Last user done in the shard. */
  readonly after: string;
  readonly done: number;
  readonly failed: number;
  readonly total: number;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  /** Failures in a row of the page at hand. */
  readonly failures: number;
}

const usersPerPage = 100;
const parallel = 25;
/** One alarm works this long, then arms the next: far below the platform's 15 minutes. */
const workMs = 10_000;
const catalogMaxAgeMs = 5_000;
/** A user who fails this often is left out and counted. */
const attempts = 5;

/** The object of a backfill; keys of definitions hold no colon. */
export const backfillName = (workspace: string, kind: string, key: string, version: number): string =>
  `${workspace}:${kind}:${key}:${version}`;

/**
 * Walks the directory and asks each user's object to bring itself up to the catalog. Page by page with a stored cursor, so
 * that it goes on after a crash where it was; a page done twice changes nothing.
 */
export class BackfillObject extends DurableObject<Env> {
  /** Starts, once: a second call of a backfill that was started answers its progress. */
  async start(request: BackfillRequest): Promise<BackfillProgress> {
    if ((await this.#position()) === undefined) {
      const counts = await Promise.all(shardsOf(this.env).map((shard) => countUsers(shard, this.#workspace())));
      const total = counts.reduce((sum, count) => sum + count, 0);
      const position: Position = {
        ...request,
        shard: 0,
        after: "",
        done: 0,
        failed: 0,
        total,
        startedAt: Date.now(),
        finishedAt: null,
        failures: 0,
      };
      await this.ctx.storage.put("position", position);
      await this.ctx.storage.setAlarm(Date.now());
    }
    return this.progress();
  }

  async progress(): Promise<BackfillProgress> {
    const position = await this.#position();
    if (position === undefined) return { state: "none", done: 0, failed: 0, total: 0, startedAt: null, finishedAt: null };
    const { done, failed, total, startedAt, finishedAt } = position;
    return { state: finishedAt === null ? "running" : "done", done, failed, total, startedAt, finishedAt };
  }

  /** Works page by page; never throws, so that the platform never gives the alarm up. */
  override async alarm(): Promise<void> {
    let pauseMs = 0;
    let finishing: Promise<void> = Promise.resolve();
    try {
      const until = Date.now() + workMs;
      let position = await this.#position();
      while (position !== undefined && position.finishedAt === null && Date.now() < until) {
        const { next, answers } = await this.#visitPage(position);
        // While the next page's users are visited, this one's facts are written; the cursor moves only after them, page by page.
        await finishing;
        finishing = this.#finishPage(next, answers);
        finishing.catch(() => undefined); // awaited in the next round, or below
        position = next;
      }
      await finishing;
    } catch (error) {
      await finishing.catch(() => undefined);
      console.error(JSON.stringify({ what: "backfill page failed", object: this.ctx.id.name, error: String(error) }));
      const position = await this.#position();
      if (position !== undefined) {
        pauseMs = Math.min(1_000 * 2 ** position.failures, 60_000);
        await this.ctx.storage.put("position", { ...position, failures: position.failures + 1 });
      }
    } finally {
      if ((await this.#position())?.finishedAt === null) await this.ctx.storage.setAlarm(Date.now() + pauseMs);
    }
  }

  /** Asks one page's users and answers the position after it. Rejects when the page must be repeated. */
  async #visitPage(position: Position): Promise<{ readonly next: Position; readonly answers: readonly ObjectAnswer[] }> {
    const shards = shardsOf(this.env);
    const shard = shards[position.shard];
    if (shard === undefined) return { next: { ...position, finishedAt: Date.now() }, answers: [] };
    const workspace = this.#workspace();
    // Never behind what is live: the version that asked for the backfill may be gone by the time a long one ends.
    const catalog = Math.max(position.catalog, await liveVersion(this.env, workspace, catalogMaxAgeMs));
    const users = await userKeysAfter(shard, { workspace, after: position.after, limit: usersPerPage });
    const answers: ObjectAnswer[] = [];
    let failed = 0;
    await pool(users, parallel, async (user) => {
      try {
        const stub = userObject(this.env, workspace, user);
        const stimulus = { type: "refresh" as const, silent: true, ...(position.enter !== undefined && { enter: position.enter }) };
        const answer = await stub.stimulate({ catalog, stimuli: [stimulus], vouched: true });
        answers.push(answer);
        await sendFollowUps(this.env, [{ workspace, user, answer }]);
      } catch (error) {
        if (position.failures < attempts) throw error;
        console.error(JSON.stringify({ what: "backfill leaves a user out", workspace, error: String(error) }));
        failed++;
      }
    });
    const last = users.at(-1);
    const moved = { ...position, done: position.done + users.length - failed, failed: position.failed + failed, failures: 0 };
    const isMore = last !== undefined && users.length === usersPerPage;
    return { next: isMore ? { ...moved, after: last } : { ...moved, shard: position.shard + 1, after: "" }, answers };
  }

  async #finishPage(next: Position, answers: readonly ObjectAnswer[]): Promise<void> {
    await projectFacts(
      this.env,
      answers.flatMap(({ facts }) => (facts === undefined ? [] : [facts])),
    );
    await this.ctx.storage.put("position", next);
  }

  async #position(): Promise<Position | undefined> {
    return this.ctx.storage.get<Position>("position");
  }

  #workspace(): string {
    const workspace = this.ctx.id.name?.split(":")[0];
    if (workspace === undefined) throw new Error("expected a backfill's object to be named, it is not");
    return workspace;
  }
}
