import * as z from "zod";
import { segmentPreviewSchema } from "../../src/api/audience.ts";
import type { CatalogDocument } from "../../src/domain/catalog/catalog.ts";
import { compileCatalog } from "../../src/domain/catalog/compile.ts";
import { Fault } from "../../src/domain/fault.ts";
import { type Condition, conditionSchema } from "../../src/domain/segment/conditions/all.ts";
import { estimateSize } from "../../src/domain/segment/estimate.ts";
import type { DirectoryRow } from "../../src/storage/shard/directory.ts";
import { sampleUsers } from "../../src/storage/shard/sample-users.ts";
import { shardsOf } from "../../src/storage/shard/shards.ts";
import { countUsers } from "../../src/storage/shard/user-keys.ts";
import type { Env } from "../env.ts";
import { pool } from "../pool.ts";
import { userObject } from "../user-stub.ts";
import { presentUserRow } from "./present.ts";
import { badInput } from "./problem.ts";
import { readLive, withDefinition } from "../publish.ts";
import { answer, route, type Route } from "./route.ts";

/** Users asked at most: a workspace with no more than these is answered exactly. */
const sampleSize = 300;
const parallel = 10;
/** Users shown. */
const shown = 20;
/** Whoever has not answered by then is left out. */
const timeoutMs = 10_000;

/** The condition to preview: the one of the body, else that of the segment as it is saved. @throws Fault not-found, bad-input, bad-definition */
const conditionOf = (live: CatalogDocument, key: string, given: Condition | undefined): Condition => {
  const saved = live.segments.find((segment) => segment.key === key);
  if (given !== undefined) {
    // As it would be if it were saved: circles and segments that do not exist are named.
    const segment = { key, name: key, kind: "dynamic" as const, condition: given };
    compileCatalog({ ...live, segments: withDefinition(live.segments, segment) });
    return given;
  }
  if (saved === undefined)
    throw new Fault("not-found", `There is no segment "${key}"; to preview one that is not saved, give its condition`);
  if (saved.kind === "manual") throw badInput("condition", "a manual segment has none: its members are listed, not estimated");
  return saved.condition;
};

/** Users drawn at random over all shards, and how many there are. */
const drawUsers = async (env: Env, workspace: string): Promise<{ readonly of: number; readonly users: readonly DirectoryRow[] }> => {
  const shards = shardsOf(env);
  const totals = await Promise.all(shards.map((db) => countUsers(db, workspace)));
  const of = totals.reduce((sum, total) => sum + total, 0);
  const drawn = await Promise.all(
    shards.map(async (db, number) => {
      const total = totals[number] ?? 0;
      const limit = of <= sampleSize ? total : Math.round((sampleSize * total) / of);
      return limit === 0 ? [] : sampleUsers(db, { workspace, limit, total, at: Math.random() });
    }),
  );
  return { of, users: drawn.flat() };
};

const inTime = async <T>(work: Promise<T>): Promise<T | undefined> => Promise.race([work, scheduler.wait(timeoutMs).then(() => undefined)]);

export const segmentPreview: readonly Route[] = [
  route(
    {
      method: "post",
      path: "/api/segments/{key}/preview",
      summary: "How many users a segment takes in, judged by a sample, and some of them; with a condition: before it is saved",
      scope: "read",
      body: z.strictObject({ condition: conditionSchema.optional() }).prefault({}),
      refusal: "bad-definition",
      answers: { 200: segmentPreviewSchema },
    },
    async ({ env, workspace, params, body }) => {
      const live = await readLive(env, workspace);
      const condition = conditionOf(live, params["key"] ?? "", body.condition);
      const { of, users } = await drawUsers(env, workspace);
      const members: DirectoryRow[] = [];
      let sampled = 0;
      await pool(users, parallel, async (row) => {
        try {
          const object = userObject(env, workspace, row.user as `u:${string}`); // the directory holds user keys
          const said = await inTime(object.explain({ catalog: live.version, question: { kind: "condition", condition } }));
          if (said?.kind !== "known" || said.answer.kind !== "condition") return;
          sampled++;
          if (said.answer.value) members.push(row);
        } catch (error) {
          console.error(JSON.stringify({ what: "a preview leaves a user out", workspace, error: String(error) }));
        }
      });
      // Who did not answer counts as not drawn.
      const { estimate, interval, exact } = estimateSize({ of, sampled, hits: members.length });
      const sample = members.toSorted((a, b) => (a.user < b.user ? -1 : 1)).slice(0, shown);
      return answer({ estimate, of, sampled, exact, interval, sample: sample.map(presentUserRow) });
    },
  ),
];
