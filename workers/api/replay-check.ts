import * as z from "zod";
import type { UserEvent } from "../../src/domain/event/event.ts";
import { compileJourney } from "../../src/domain/catalog/compile-journey.ts";
import { journeySchema } from "../../src/domain/journey/journey.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import { replaySchema } from "../../src/simulate/answer.ts";
import { replay, type Past } from "../../src/simulate/replay.ts";
import { readLiveVersion } from "../../src/storage/control/catalogs.ts";
import { activeUsers } from "../../src/storage/shard/active-users.ts";
import { sampleUsers } from "../../src/storage/shard/sample-users.ts";
import { shardsOf } from "../../src/storage/shard/shards.ts";
import { countUsers } from "../../src/storage/shard/user-keys.ts";
import { catalogFor } from "../catalog-cache.ts";
import type { Env } from "../env.ts";
import { pool } from "../pool.ts";
import { userObject } from "../user-stub.ts";
import { findJourney, mustHoldTogether } from "./journey-definitions.ts";
import { instant } from "./present.ts";
import { answer, route, type Route } from "./route.ts";

const dayMs = 86_400_000;
/** Users looked at: each is a few calls to an object and some hundreds of decisions. */
const maxUsers = 100;
/** Users counted before the sample is drawn. */
const maxCandidates = 20_000;
/** Newest events of each: what is older would cost more than a check may. */
const maxEvents = 500;
const eventsPerPage = 200;
const parallel = 10;

/** Whom a check may look at, and how many they are. `isWhole`: every one of them was found. */
interface Candidates {
  readonly users: readonly UserKey[];
  readonly of: number;
  readonly isWhole: boolean;
}

/** Journeys that events start: who had such an event. All others: anyone. */
const candidatesOf = async (
  env: Env,
  workspace: string,
  window: { readonly since: number; readonly name: string | undefined },
): Promise<Candidates> => {
  const shards = shardsOf(env);
  if (window.name !== undefined) {
    const found = await Promise.all(shards.map((db) => activeUsers(db, { workspace, ...window, limit: maxCandidates })));
    const users = found.flatMap((one) => one.users);
    return { users, of: users.length, isWhole: found.every(({ isWhole }) => isWhole) && users.length < maxCandidates };
  }
  const totals = await Promise.all(shards.map((db) => countUsers(db, workspace)));
  const drawn = await Promise.all(
    shards.map((db, index) => sampleUsers(db, { workspace, limit: maxUsers, total: totals[index] ?? 0, at: Math.random() })),
  );
  return { users: drawn.flat().map(({ user }) => user as UserKey), of: totals.reduce((sum, n) => sum + n, 0), isWhole: true }; // a key of the directory
};

/** As many of them by chance as a check looks at. */
const drawn = (users: readonly UserKey[]): readonly UserKey[] => {
  if (users.length <= maxUsers) return users;
  const left = [...users];
  return Array.from({ length: maxUsers }, () => left.splice(Math.floor(Math.random() * left.length), 1)).flat();
};

/** A user's newest events, from their own object; `cut` = there were more. */
const pastOf = async (env: Env, workspace: string, user: UserKey): Promise<Past & { readonly cut: boolean }> => {
  const events: UserEvent[] = [];
  let cursor: string | undefined;
  do {
    const page = await userObject(env, workspace, user).events({
      limit: Math.min(eventsPerPage, maxEvents - events.length),
      ...(cursor !== undefined && { cursor }),
    });
    events.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && events.length < maxEvents);
  return { user, events, cut: cursor !== undefined };
};

/** What a draft would have done over the last days, had it been published then. */
export const replayCheck: readonly Route[] = [
  route(
    {
      method: "post",
      path: "/api/journeys/{key}/replay-check",
      summary: "What the draft would have done over the last days of real events; nothing is written and nothing is sent",
      scope: "read",
      body: z.strictObject({ days: z.int().min(1).max(90).default(7) }).prefault({}),
      answers: { 200: replaySchema },
    },
    async (call) => {
      const { env, workspace, body } = call;
      const row = await findJourney(call);
      const draft = journeySchema.parse(JSON.parse(row.body)); // an older release may have let more through
      const { document } = await catalogFor(env, workspace, await readLiveVersion(env.DB, workspace));
      mustHoldTogether(draft, document);
      const until = Date.now();
      const from = until - body.days * dayMs;
      const { trigger } = compileJourney({ version: 1, status: "live", definition: draft }, document);
      const candidates = await candidatesOf(env, workspace, { since: from, name: trigger.kind === "event" ? trigger.name : undefined });
      const users = drawn(candidates.users);
      const pasts: (Past & { readonly cut: boolean })[] = [];
      await pool(users, parallel, async (user) => void pasts.push(await pastOf(env, workspace, user)));
      const { samples, ...counts } = replay(document, draft, { pasts: pasts.toSorted((a, b) => (a.user < b.user ? -1 : 1)), from, until });
      return answer({
        journey: draft.key,
        from: instant(from),
        until: instant(until),
        lookedAt: {
          users: users.length,
          of: candidates.of,
          complete: candidates.isWhole && users.length === candidates.of,
          cut: pasts.filter(({ cut }) => cut).length,
        },
        ...counts,
        samples: samples.map(({ id, trace }) => ({ id, trace: [...trace] })),
      });
    },
  ),
];
