import type { UserEvent } from "../src/domain/event/event.ts";
import { sightsOf } from "../src/domain/event/seen.ts";
import { type SeenName, seenStatements } from "../src/storage/shard/seen-names.ts";
import { shardsOf } from "../src/storage/shard/shards.ts";
import { BoundedMap } from "./bounded-map.ts";
import type { Env } from "./env.ts";

/*
 * Names seen by this isolate and not written yet. A name it has never seen is written with the batch that brought it; of
 * known ones only counts wait, a minute at most while events come. An isolate that ends takes the counts of that minute
 * with it: volumes are for people, not for invoices.
 */

const flushEveryMs = 60_000;
/** Different names that wait at most; what is beyond is written with the next batch. */
const mostWaiting = 2_000;

interface Waiting {
  readonly names: Map<string, SeenName>;
  hasNews: boolean;
  flushedAt: number;
}

const waitingByShard = new Map<number, Waiting>();
const known = new BoundedMap<string, true>(20_000);

const waitingOf = (shard: number): Waiting => {
  const waiting = waitingByShard.get(shard) ?? { names: new Map(), hasNews: false, flushedAt: 0 };
  waitingByShard.set(shard, waiting);
  return waiting;
};

const keyOf = ({ workspace, kind, name }: Pick<SeenName, "workspace" | "kind" | "name">): string => `${workspace}\n${kind}\n${name}`;

const add = ({ names }: Waiting, seen: SeenName): void => {
  const key = keyOf(seen);
  const before = names.get(key);
  names.set(
    key,
    before === undefined
      ? seen
      : {
          ...seen,
          types: before.types | seen.types,
          n: before.n + seen.n,
          firstSeen: Math.min(before.firstSeen, seen.firstSeen),
          lastSeen: Math.max(before.lastSeen, seen.lastSeen),
        },
  );
};

/** Counts the names that events of one workspace brought, for their users' shard. */
export const noteNames = (shard: number, workspace: string, events: readonly UserEvent[]): void => {
  const waiting = waitingOf(shard);
  for (const event of events)
    for (const { kind, name, types } of sightsOf(event)) {
      if (name === "") continue;
      const seen = { workspace, kind, name, types, n: 1, firstSeen: event.receivedAt, lastSeen: event.receivedAt };
      add(waiting, seen);
      const mark = `${shard}\n${keyOf(seen)}\n${types}`;
      if (known.get(mark) === undefined) {
        waiting.hasNews = true;
        known.set(mark, true);
      }
    }
};

/** What is to be written with this shard's batch now; from here on the caller's, who gives it back when it could not be written. */
export const takeNames = (shard: number, now: number): readonly SeenName[] => {
  const waiting = waitingOf(shard);
  if (!waiting.hasNews && now - waiting.flushedAt < flushEveryMs && waiting.names.size < mostWaiting) return [];
  const names = [...waiting.names.values()];
  waiting.names.clear();
  waiting.hasNews = false;
  waiting.flushedAt = now;
  return names;
};

export const giveBackNames = (shard: number, names: readonly SeenName[]): void => {
  const waiting = waitingOf(shard);
  for (const seen of names) add(waiting, seen);
};

/** Writes what waits in this isolate, so that whoever looks now sees it. */
export const flushNames = async (env: Env): Promise<void> => {
  await Promise.all(
    shardsOf(env).map(async (db, shard) => {
      const names = takeNames(shard, Number.MAX_SAFE_INTEGER);
      waitingOf(shard).flushedAt = 0;
      try {
        if (names.length > 0) await db.batch([...seenStatements(db, names)]);
      } catch (error) {
        giveBackNames(shard, names);
        console.error(JSON.stringify({ what: "names seen could not be written", shard, error: String(error) }));
      }
    }),
  );
};
