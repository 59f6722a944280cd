import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import fc from "fast-check";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { DeliverMessage } from "../src/api/queue.ts";
import type { TimelineItem } from "../src/api/user-rpc.ts";
import type { UserEvent } from "../src/domain/event/event.ts";
import { anyEvents, endsCartRun, livelyJourneys, livelySegments } from "../src/domain/user/any-life.test-suite.ts";
import { DAY, HOUR, MINUTE } from "../src/domain/user/user-kit.test-suite.ts";
import type { Fact } from "../src/domain/user/facts.ts";
import { emailTemplate, identify, newWorkspace, user, userStub } from "../test/support/workspace.ts";

/** Tomorrow: the platform's own alarms never come by themselves, as it knows the real time. */
const start = (Math.floor(Date.now() / DAY) + 1) * DAY;
const runs = { numRuns: 20 };

let workspace = "";
let users = 0;
const newUser = (): `u:${string}` => `u:${++users}`;
type Key = ReturnType<typeof newUser>;

const eventsOf = (key: Key, list: readonly UserEvent[]): readonly UserEvent[] => list.map((one) => ({ ...one, userId: key.slice(2) }));
const apply = (key: Key, events: readonly UserEvent[]) => user(workspace, key).apply({ catalog: 1, events: eventsOf(key, events) });

const timelineOf = async (key: Key): Promise<readonly TimelineItem[]> => {
  const items: TimelineItem[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await user(workspace, key).timeline({ limit: 200, ...(cursor !== undefined && { cursor }) });
    items.push(...page.items);
    cursor = page.next;
  }
  return items;
};
const factsOf = async (key: Key): Promise<readonly Fact[]> =>
  (await timelineOf(key)).flatMap((item) => (item.type === "fact" ? [item.fact] : [])).toReversed();
const everything = async (key: Key) => ({
  view: await user(workspace, key).view(),
  timeline: await timelineOf(key),
  messages: await user(workspace, key).messages({ limit: 200 }),
});
/** Facts without the ids that are made of the user's own name. */
const outline = (facts: readonly Fact[]) => facts.map(({ kind, at, ...fact }) => [kind, at, "journey" in fact ? fact.journey : null]);

/** Lets time pass to `until`: every alarm at its own instant. */
const sleep = async (key: Key, until: number): Promise<void> => {
  for (let alarms = 0; alarms < 1_000; alarms++) {
    const due = (await user(workspace, key).view())?.nextDue;
    if (due === undefined || due === null || due > until) break;
    vi.setSystemTime(Math.max(due, Date.now()));
    if (!(await runDurableObjectAlarm(userStub(workspace, key)))) break;
  }
  vi.setSystemTime(Math.max(until, Date.now()));
};

beforeAll(async () => {
  workspace = await newWorkspace({ segments: livelySegments, journeys: livelyJourneys, templates: [emailTemplate] });
});
/** What alarms put on the queues of messages. Kept: a consumer would work by the platform's time, not by ours. */
const queued: string[] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.spyOn(Object.getPrototypeOf(env.DELIVER_EMAIL) as Queue<DeliverMessage>, "sendBatch").mockImplementation((messages) => {
    queued.push(...[...messages].map(({ body }) => body.message));
    return Promise.resolve({} as QueueSendBatchResponse);
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("UserObject, whatever happens", { timeout: 120_000 }, () => {
  it("duplication of a user's events changes nothing at all", async () => {
    await fc.assert(
      fc.asyncProperty(anyEvents(start), fc.array(fc.nat({ max: 11 })), async (list, repeats) => {
        vi.setSystemTime(start + 7 * DAY);
        fc.pre(list.length > 0);
        const [plain, repeated] = [newUser(), newUser()];
        for (const one of list) await apply(plain, [one]);
        for (const [index, one] of list.entries()) await apply(repeated, repeats.includes(index) ? [one, one] : [one]);
        expect(outline(await factsOf(repeated))).toEqual(outline(await factsOf(plain)));
        const before = await everything(repeated);
        await apply(repeated, list);
        await evictDurableObject(userStub(workspace, repeated));
        const again = await apply(repeated, list.toReversed());
        expect(again.known).toHaveLength(list.length);
        expect(await everything(repeated)).toEqual(before);
      }),
      runs,
    );
  });

  it("any permutation gives the same final profile and memberships", async () => {
    const final = async (list: readonly UserEvent[]) => {
      const key = newUser();
      vi.setSystemTime(start + 2 * DAY);
      for (const one of list) await apply(key, [one]);
      vi.setSystemTime(start + 7 * DAY);
      await runDurableObjectAlarm(userStub(workspace, key));
      const view = await user(workspace, key).view();
      return [view?.attributes, view?.lastSeenAt, view?.segments.map((segment) => segment.key)];
    };
    await fc.assert(
      fc.asyncProperty(
        anyEvents(start).chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray([...list], { minLength: list.length }))),
        async ([list, shuffled]) => {
          expect(await final(shuffled)).toEqual(await final(list));
        },
      ),
      runs,
    );
  });

  it("sends each message at most once, and none whose exit event came before its claim", async () => {
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(anyEvents(start), async (list) => {
        const key = newUser();
        vi.setSystemTime(start);
        await apply(key, [identify("", { email: "a@b.c" }, { id: "first", time: start })]);
        queued.length = 0;
        const appliedAt = new Map<string, number>();
        const sendAll = async () => {
          for (const message of queued.splice(0)) {
            const { claim } = await user(workspace, key).claim({ catalog: 1, message });
            if (claim.kind === "send")
              await user(workspace, key).settle({ catalog: 1, message, attempt: claim.attempt, outcome: { kind: "accepted" } });
          }
        };
        for (const one of list.toSorted((a, b) => a.receivedAt - b.receivedAt)) {
          // A message waits for its claim an hour at most: each that waits is offered again and again.
          if (one.receivedAt > Date.now() + HOUR) {
            await sleep(key, Date.now() + HOUR);
            await sendAll();
          }
          await sleep(key, one.receivedAt);
          appliedAt.set(one.id, Date.now());
          for (const { message } of (await apply(key, [one])).deliver) queued.push(message);
          vi.setSystemTime(Date.now() + MINUTE);
          // Others wait, and what their exit event says comes first.
          if (one.index % 2 === 0) await sendAll();
        }
        await sleep(key, Date.now() + HOUR);
        await sendAll();
        const facts = await factsOf(key);
        const claims = facts.filter((fact) => fact.kind === "message" && fact.status === "claimed");
        sent += claims.length;
        expect(new Set(claims.map((fact) => fact.kind === "message" && fact.message)).size).toBe(claims.length);
        for (const claim of claims) {
          if (claim.kind !== "message" || claim.journey !== "cart") continue;
          const run = facts.find((fact) => fact.kind === "run-started" && fact.run === claim.run);
          const trigger = list.find((one) => run !== undefined && one.event === "Cart" && appliedAt.get(one.id) === run.at);
          expect(trigger).toBeDefined();
          const exits = list.filter(
            (one) => trigger !== undefined && (appliedAt.get(one.id) ?? 0) <= claim.at && endsCartRun(one, trigger),
          );
          expect(exits).toEqual([]);
        }
      }),
      runs,
    );
    expect(sent).toBeGreaterThan(0);
  });
});
