import type { ApplyAnswer, EventsMessage } from "../src/api/queue.ts";
import { parseEventsMessage } from "../src/api/queue-codec.ts";
import { type UserEvent, compareOrder, orderOf } from "../src/domain/event/event.ts";
import type { NumberedFacts } from "../src/domain/user/facts.ts";
import { type UserKey, objectNameOf, userKeyOf } from "../src/domain/user/user-key.ts";
import { type LoggedEvent, isSampled, logEvents, sampleOf } from "../src/storage/shard/event-log.ts";
import { seenStatements } from "../src/storage/shard/seen-names.ts";
import { factStatements } from "../src/storage/shard/project.ts";
import { shardNumberOf, shardsOf } from "../src/storage/shard/shards.ts";
import { deleteApplied } from "../src/storage/intake/redrive.ts";
import { liveVersion } from "./catalog-cache.ts";
import { confirmedFor, noteProjected } from "./confirmed.ts";
import type { Env } from "./env.ts";
import { sendFollowUps } from "./follow-up.ts";
import { giveWay } from "./give-way.ts";
import { tellGroups } from "./group/take-calls.ts";
import { pool } from "./pool.ts";
import { retryDelaySeconds } from "./retry-delay.ts";
import { giveBackNames, noteNames, takeNames } from "./seen-buffer.ts";
import { feedStreams } from "./stream/feed-streams.ts";
import { userObject } from "./user-stub.ts";

/** Objects asked at once. */
const parallel = 25;
/**
 * Items taken of one batch: each may be a user of its own and so a call, of which an invocation has 10,000. Small messages
 * (single events) come up to 100 in a batch and share its writes; large ones that go over wait for the next batch.
 */
const itemsPerBatch = 2_500;

/**
 * Messages go before bookkeeping: where control plane and shard are one database, as on one machine, the claims' look at
 * the live catalog would stand behind this batch's rows. Measured at 20 events/s: provider called after 10 ms instead of 12.
 */
const headStartMs = 3;

/** A message of this batch and whether anything of it failed. */
interface Delivery {
  readonly message: Message<EventsMessage>;
  readonly body: EventsMessage;
  failed: boolean;
}

/** One user's events of this batch, with the deliveries they came in. */
interface UserWork {
  readonly workspace: string;
  readonly user: UserKey;
  readonly events: UserEvent[];
  readonly deliveries: Set<Delivery>;
}

/** What one user's object answered. */
interface Applied {
  readonly work: UserWork;
  readonly answer: ApplyAnswer;
}

/**
 * Applies accepted events: one call per user, then messages to their queues and one D1 transaction per shard (event log and
 * facts), and only then the intake rows go. Whatever fails is delivered again by the queue, or by the sweep; doing it
 * twice changes nothing. A message that is none of ours is logged and acknowledged: it must not hold up the others.
 */
export const consumeEvents = async (batch: MessageBatch<EventsMessage>, env: Env, _ctx: ExecutionContext): Promise<void> => {
  const deliveries = withinBudget(batch.messages.flatMap(readDelivery));
  const works = groupByUser(deliveries);
  const versions = await readVersions(env, works);
  const applied: Applied[] = [];
  const others = giveWay(works.reduce((sum, work) => sum + work.events.length, 0));
  await pool(works, parallel, async (work) => {
    const catalog = versions.get(work.workspace);
    if (catalog === undefined) return fail(work.deliveries);
    await others();
    const confirmed = confirmedFor(work.workspace, work.user);
    try {
      const answer = await userObject(env, work.workspace, work.user).apply({
        catalog,
        events: work.events,
        ...(confirmed !== undefined && { confirmed }),
      });
      applied.push(...partsOf(work, answer));
    } catch (error) {
      console.error(
        JSON.stringify({
          what: "events could not be applied",
          workspace: work.workspace,
          events: work.events.length,
          error: String(error),
        }),
      );
      fail(work.deliveries);
    }
  });
  await sendAll(env, applied);
  await writeShards(env, await feed(env, applied, versions));
  await sayToGroups(env, applied);
  await removeApplied(
    env,
    deliveries.filter((delivery) => !delivery.failed).map((delivery) => delivery.body),
  );
  for (const { message, failed } of deliveries) {
    if (failed) message.retry({ delaySeconds: retryDelaySeconds(message.attempts) });
    else message.ack();
  }
};

/**
 * Tells streams of what came, and answers those whom they took: what is not written down is told again, so nothing may be
 * written of the others.
 */
const feed = async (env: Env, applied: readonly Applied[], versions: ReadonlyMap<string, number>): Promise<readonly Applied[]> => {
  const byWorkspace = [...Map.groupBy(applied, ({ work }) => work.workspace)];
  const fed = await Promise.all(
    byWorkspace.map(async ([workspace, own]): Promise<readonly Applied[]> => {
      const happened = () =>
        own.map(({ work, answer }) => ({
          user: answer.movedTo ?? work.user,
          events: withoutRefused(work.events, answer),
          ...(answer.facts && { facts: answer.facts }),
        }));
      try {
        await feedStreams(env, workspace, happened, versions.get(workspace));
        return own;
      } catch (error) {
        console.error(JSON.stringify({ what: "streams could not be told", workspace, users: own.length, error: String(error) }));
        for (const { work } of own) fail(work.deliveries);
        return [];
      }
    }),
  );
  return fed.flat();
};

const withoutRefused = (events: readonly UserEvent[], { known }: ApplyAnswer): readonly UserEvent[] => {
  const refused = new Set(known.flatMap((one) => (one.refused === true ? [one.id] : [])));
  return refused.size === 0 ? events : events.filter(({ id }) => !refused.has(id));
};

/** Group calls are the user's and the group's: an intake row stays until both took them. */
const sayToGroups = async (env: Env, applied: readonly Applied[]): Promise<void> => {
  const taken = applied.map(({ work, answer }) => ({ ...work, user: answer.movedTo ?? work.user }));
  for (const { deliveries } of await tellGroups(env, taken)) fail(deliveries);
};

/** Answers of several users, where the events of one device belong to more than one. */
const partsOf = (work: UserWork, { also = [], ...answer }: ApplyAnswer): readonly Applied[] =>
  [answer, ...also].map((part) => ({
    work: part.events === undefined ? work : { ...work, events: work.events.filter(({ id }) => part.events?.includes(id)) },
    answer: part,
  }));

/** A row that stays is sent again by the sweep and applied once more: no reason to keep the queue's messages. */
const removeApplied = async (env: Env, messages: readonly EventsMessage[]): Promise<void> => {
  try {
    await deleteApplied(env, messages);
  } catch (error) {
    console.error(JSON.stringify({ what: "intake rows could not be removed", rows: messages.length, error: String(error) }));
  }
};

const fail = (deliveries: Iterable<Delivery>): void => {
  for (const delivery of deliveries) delivery.failed = true;
};

const readDelivery = (message: Message<EventsMessage>): readonly Delivery[] => {
  try {
    return [{ message, body: parseEventsMessage(message.body), failed: false }];
  } catch (error) {
    console.error(JSON.stringify({ what: "no events message", id: message.id, error: String(error) }));
    message.ack();
    return [];
  }
};

/** As many deliveries, in order, as the budget holds, and one at least; the others are given back to the queue. */
const withinBudget = (deliveries: readonly Delivery[]): readonly Delivery[] => {
  let items = 0;
  return deliveries.filter(({ message, body }, index) => {
    items += body.items.length;
    if (index === 0 || items <= itemsPerBatch) return true;
    message.retry();
    return false;
  });
};

const groupByUser = (deliveries: readonly Delivery[]): readonly UserWork[] => {
  const byName = new Map<string, UserWork>();
  for (const delivery of deliveries) {
    const { workspace, items } = delivery.body;
    for (const event of items) {
      const user = userKeyOf(event);
      // Ingest refuses events without a user; one that came here all the same belongs to nobody.
      if (user === undefined) continue;
      const name = objectNameOf(workspace, user);
      const work = byName.get(name) ?? { workspace, user, events: [], deliveries: new Set() };
      byName.set(name, work);
      work.events.push(event);
      work.deliveries.add(delivery);
    }
  }
  for (const work of byName.values()) work.events.sort((a, b) => compareOrder(orderOf(a), orderOf(b)));
  return [...byName.values()];
};

/** The live catalog version of each workspace in the batch, read once; those that could not be read are left out. */
const readVersions = async (env: Env, works: readonly UserWork[]): Promise<ReadonlyMap<string, number>> => {
  const versions = new Map<string, number>();
  await pool([...new Set(works.map((work) => work.workspace))], parallel, async (workspace) => {
    try {
      versions.set(workspace, await liveVersion(env, workspace));
    } catch (error) {
      console.error(JSON.stringify({ what: "live catalog could not be read", workspace, error: String(error) }));
    }
  });
  return versions;
};

/** A queue that refuses costs only time: the object's alarm sends again what nobody claimed. */
const sendAll = async (env: Env, applied: readonly Applied[]): Promise<void> => {
  try {
    await sendFollowUps(
      env,
      applied.map(({ work, answer }) => ({ workspace: work.workspace, user: work.user, answer })),
    );
    if (applied.some(({ answer }) => answer.deliver.length > 0)) await scheduler.wait(headStartMs);
  } catch (error) {
    console.error(JSON.stringify({ what: "messages could not be queued", users: applied.length, error: String(error) }));
  }
};

/** One transaction per shard: the event log and the facts of its users. */
const writeShards = async (env: Env, applied: readonly Applied[]): Promise<void> => {
  const shards = shardsOf(env);
  const fraction = sampleOf(env);
  // A forwarded user's rows are in the target's shard.
  const byShard = Map.groupBy(applied, ({ work, answer }) => shardNumberOf(work.workspace, answer.movedTo ?? work.user, shards.length));
  await Promise.all(
    [...byShard].map(async ([number, own]) => {
      const db = shards[number] ?? env.SHARD_0;
      const facts = own.flatMap(({ answer }): readonly NumberedFacts[] => (answer.facts === undefined ? [] : [answer.facts]));
      const events = own.flatMap(loggedEvents).filter(({ event }) => isSampled(event.id, fraction));
      for (const { work, answer } of own) noteNames(number, work.workspace, newOnes(work.events, answer));
      const names = takeNames(number, Date.now());
      try {
        const statements = [...logEvents(db, events), ...factStatements(db, facts, fraction), ...seenStatements(db, names)];
        if (statements.length > 0) await db.batch(statements);
        noteProjected(facts);
      } catch (error) {
        giveBackNames(number, names);
        console.error(JSON.stringify({ what: "shard could not be written", shard: number, events: events.length, error: String(error) }));
        for (const { work } of own) fail(work.deliveries);
      }
    }),
  );
};

/** Events that were not there before: only those count for the registry of names. */
const newOnes = (events: readonly UserEvent[], { known }: ApplyAnswer): readonly UserEvent[] => {
  if (known.length === 0) return events;
  const ids = new Set(known.map(({ id }) => id));
  return events.filter(({ id }) => !ids.has(id));
};

/**
 * Events the object knew before are logged under the time it knows, so that a repetition finds its row, also one of a user
 * who was merged in between. One that was refused is not logged: what it repeats may be there already, under another time. Of
 * one that came twice at once, with two times, the first was applied.
 */
const loggedEvents = ({ work, answer }: Applied): readonly LoggedEvent[] => {
  const known = new Map(answer.known.map((one) => [one.id, one]));
  const user = answer.movedTo ?? work.user;
  const sentFor = answer.movedTo === undefined ? {} : { sentFor: work.user };
  const logged = new Set<string>();
  return work.events.flatMap((event) => {
    const before = known.get(event.id);
    if (before?.refused === true || logged.has(event.id)) return [];
    logged.add(event.id);
    return { workspace: work.workspace, user, event: before === undefined ? event : { ...event, time: before.time }, ...sentFor };
  });
};
