import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeSql } from "../../../test/support/node-sql.ts";
import type { SqlPort } from "./sql-port.ts";
import { type Delivery, streamBounds } from "./stream/delivery.ts";
import { StreamStore } from "./stream-store.ts";

const item = (n: number, more = "") => ({ id: `i${n}`, body: JSON.stringify({ n, more }) });
const open = (database = new DatabaseSync(":memory:")) => ({ database, store: new StreamStore(nodeSql(database), "abc") });
const numbersOf = (body: string): readonly number[] => (JSON.parse(body) as { data: { n: number }[] }).data.map(({ n }) => n);
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
const ok = { ok: true, code: 200, detail: null };
const failed = { ok: false, code: 500, detail: null };
const times = (now: number) => ({ now, retryAt: now + 1 });
const nextOf = (store: StreamStore, now: number): Delivery => {
  const delivery = store.next(now);
  if (delivery === undefined) throw new Error("expected a delivery");
  return delivery;
};
const day = 86_400_000;

describe("StreamStore", () => {
  it("loses and reorders nothing, wherever it is killed and whatever is appended again: only the same delivery comes twice", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("append" as const), again: fc.nat(5), count: fc.nat(150) }),
      fc.record({ kind: fc.constantFrom("taken" as const, "refused" as const, "killed" as const) }),
      fc.record({ kind: fc.constant("restarted" as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (script) => {
        let { database, store } = open();
        let appended = 0;
        let now = 1_000;
        const received: { readonly id: string; readonly body: string }[] = [];
        const restart = () => ({ database, store } = open(database));
        const attempt = (kind: "taken" | "refused" | "killed"): void => {
          const delivery = store.next(++now);
          if (delivery === undefined) return;
          if (kind !== "refused") received.push({ id: store.idOf(delivery), body: store.bodyOf(delivery) });
          if (kind === "killed") restart(); // it was taken, nobody noted it
          else store.settle(delivery, kind === "taken" ? ok : failed, times(now));
        };
        for (const one of script) {
          if (one.kind === "restarted") restart();
          else if (one.kind !== "append") attempt(one.kind);
          else {
            const from = Math.max(0, appended - one.again);
            appended = Math.max(appended, from + one.count);
            store.append(
              range(from, from + one.count).map((n) => item(n)),
              ++now,
            );
          }
        }
        while (store.hasWork) attempt("taken");
        const byId = new Map(received.map(({ id, body }) => [id, body] as const));
        expect(received.every(({ id, body }) => byId.get(id) === body)).toBe(true);
        expect([...byId.values()].flatMap(numbersOf)).toEqual(range(0, appended));
        expect(store.state()).toMatchObject({ waiting: 0, dropped: 0 });
      }),
      { numRuns: 60 },
    );
  });

  it("cuts deliveries by number and by size, a larger item alone", () => {
    const { store } = open();
    const large = "x".repeat(streamBounds.charactersPerDelivery / 2);
    store.append([...range(0, 120).map((n) => item(n)), item(120, large), item(121, large), item(122, large + large)], 1);
    const cut: number[] = [];
    for (let delivery = store.next(2); delivery !== undefined; delivery = store.next(2)) {
      cut.push(delivery.items);
      store.settle(delivery, ok, times(2));
    }
    expect(cut).toEqual([100, 21, 1, 1]);
  });

  it("gives up what was tried for three days, of everything that waited as long; a recovered endpoint is given what is there", () => {
    const { store } = open();
    store.append(
      range(0, 250).map((n) => item(n)),
      0,
    );
    store.settle(nextOf(store, 1), failed, times(1));
    store.append([item(250)], 2 * day);
    expect(nextOf(store, 3 * day - 1).n).toBe(1);
    expect(numbersOf(store.bodyOf(nextOf(store, 3 * day)))).toEqual(range(200, 251));
    expect(store.log(9e15, 10, "given-up").map(({ items }) => items)).toEqual([100, 100]);
    const untried = open().store;
    untried.append([item(0)], 0);
    expect(nextOf(untried, 4 * day).items).toBe(1); // it never failed: nobody tried
  });

  it("replays what is still kept, oldest first, before what is new; tried anew for as long", () => {
    const { store } = open();
    store.append([item(0)], 0);
    store.settle(nextOf(store, 1), ok, times(1));
    store.append([item(1)], 2);
    expect(store.replay({ from: 0, to: 1 }, 5 * day)).toEqual({ deliveries: 1, more: false });
    store.settle(nextOf(store, 5 * day), failed, times(5 * day));
    expect(nextOf(store, 5 * day + 1).n).toBe(1);
    expect(store.replay({ deliveries: ["msg_abc_99", "msg_other_1"] }, 1).deliveries).toBe(0);
  });

  it("forgets after seven days, and counts what had to go undelivered", () => {
    const { store } = open();
    store.append([item(0)], 0);
    store.settle(nextOf(store, 1), ok, times(1));
    store.append([item(1)], 2);
    nextOf(store, 3);
    store.append([item(2)], 4);
    store.prune(7 * day + 5);
    expect(store.state()).toMatchObject({ waiting: 0, dropped: 2 });
    expect(store.log(9e15, 10).map(({ status }) => status)).toEqual(["lost"]);
    expect(store.replay({ from: 0, to: 9e15 }, 1).deliveries).toBe(0);
    expect(store.hasWork).toBe(false);
    // Known no more: the same item is another by then.
    expect(store.append([item(0)], 8 * day)).toBe(1);
  });

  it("keeps so many characters and no more: only so many of the oldest go as must, and are counted", () => {
    const { store } = open();
    const body = "x".repeat(8_000_000);
    for (const n of range(0, 34)) store.append([{ id: `i${n}`, body }], n);
    expect(store.state()).toMatchObject({ waiting: 32, dropped: 2, droppedAt: 33 });
    // What is told makes room too, and is not counted as lost.
    for (const n of range(0, 3)) store.settle(nextOf(store, 50), ok, times(50 + n));
    for (const n of range(34, 37)) store.append([{ id: `i${n}`, body }], 100);
    expect(store.state()).toMatchObject({ waiting: 32, dropped: 2, droppedAt: 33 });
  });

  it("a delivery whose items had to go while it was on its way is not sent again; taken after all it says so", () => {
    for (const [settled, status] of [
      [failed, "lost"],
      [ok, "delivered"],
    ] as const) {
      const { store } = open();
      store.append([item(0)], 0);
      const delivery = nextOf(store, 1);
      store.prune(8 * day);
      store.settle(delivery, settled, times(8 * day));
      expect(store.log(9e15, 1)).toMatchObject([{ status, attempts: 1 }]);
      expect([store.hasWork, store.next(8 * day), store.state().dropped]).toEqual([false, undefined, 1]);
    }
  });

  it("gives up by hand what the endpoint will never take: what follows is next, and the attempt that is on its way changes that only if it is taken", () => {
    const { store } = open();
    store.append(
      range(0, 250).map((n) => item(n)),
      0,
    );
    const poison = nextOf(store, 1);
    store.settle(poison, failed, times(1));
    expect(store.skip([store.idOf(poison), "msg_other_1", "msg_abc_99"], 2)).toBe(1);
    expect(store.state()).toMatchObject({ waiting: 150, givenUp: 100, givenUpAt: 2, nextAttemptAt: null });
    store.settle(poison, failed, times(3));
    expect(store.log(9e15, 10, "given-up")).toHaveLength(1);
    expect(nextOf(store, 4).n).toBe(2);
    expect(store.skip([store.idOf(poison)], 5)).toBe(0);
    expect(store.replay({ deliveries: [store.idOf(poison)] }, 6)).toEqual({ deliveries: 1, more: false });
    expect(nextOf(store, 7).n).toBe(1);
  });

  it("says what was given up, until it is replayed; looked after, what waited longer than it is tried is tried first", () => {
    const { store } = open();
    store.append([item(0)], 0);
    store.settle(nextOf(store, 1), failed, times(1));
    expect(store.next(3 * day)).toBeUndefined();
    expect(store.state()).toMatchObject({ waiting: 0, givenUp: 1, givenUpAt: 3 * day });
    store.replay({ from: 0, to: 9e15 }, 3 * day);
    expect(store.state()).toMatchObject({ waiting: 1, givenUp: 0 });
    const away = open().store;
    away.append([item(0)], 0);
    away.settle(nextOf(away, 1), failed, times(1));
    away.disable("gone");
    away.append([item(1)], 2);
    away.enable();
    expect(away.state()).toMatchObject({ failures: 0, failingSince: null, disabled: null });
    expect(nextOf(away, 5 * day).n).toBe(1);
  });

  it("replays no more than its bound at once, and says that there is more", () => {
    const { database, store } = open();
    store.append([item(0)], 0);
    store.settle(nextOf(store, 1), ok, times(1));
    const copy =
      "INSERT INTO deliveries SELECT ?, first, last, items, made_at, since, status, attempts, last_at, code, detail FROM deliveries WHERE n = 1";
    for (const n of range(2, streamBounds.deliveriesPerReplay + 7)) database.prepare(copy).run(n);
    expect(store.replay({ from: 0, to: 1 }, 2)).toEqual({ deliveries: streamBounds.deliveriesPerReplay, more: true });
    expect(store.replay({ from: 0, to: 1 }, 2)).toEqual({ deliveries: 6, more: false });
  });

  it("the log is bounded too: beyond its number the oldest go, never what is still to be sent", () => {
    const { database, store } = open();
    store.append([item(0), item(1)], 0);
    store.settle(nextOf(store, 1), ok, times(1));
    database.prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = 'deliveries'").run(streamBounds.deliveries + 10);
    store.append([item(2)], 2);
    nextOf(store, 3);
    expect(store.prune(4)).toBe(false);
    expect(store.log(9e15, 10).map(({ status }) => status)).toEqual(["pending"]);
  });

  it("what it costs does not grow with what is kept: rows read stay few with 50,000 items and 5,000 deliveries", () => {
    const { database, store } = open();
    for (const from of range(0, 50))
      store.append(
        range(from * 1_000, (from + 1) * 1_000).map((n) => item(n)),
        1,
      );
    for (const _one of range(0, 250)) store.settle(nextOf(store, 1), ok, times(1));
    const plans: string[] = [];
    const inner = nodeSql(database);
    const watched: SqlPort = {
      run: (sql, ...params) => {
        if (!sql.startsWith("CREATE"))
          plans.push(...inner.run(`EXPLAIN QUERY PLAN ${sql}`, ...params).map((row) => `${String(row["detail"])} <- ${sql}`));
        return inner.run(sql, ...params);
      },
    };
    const again = new StreamStore(watched, "x");
    again.append([item(60_000)], 2);
    const delivery = nextOf(again, 2);
    again.bodyOf(delivery);
    again.settle(delivery, failed, times(2));
    expect(again.hasWork).toBe(true);
    expect(again.prune(3)).toBe(false);
    again.state();
    // A scan is bounded by an index of few rows, or by the limit of one that goes along the order.
    const scans = plans.filter(
      (plan) => plan.startsWith("SCAN") && !/deliveries_pending|deliveries_given_up|LIMIT|json_each|FROM notes|UPDATE notes/.test(plan),
    );
    expect(scans).toEqual([]);
    expect(again.state().waiting).toBe(25_001);
  });

  it("knows another definition of its key, and what is disabled has no work", () => {
    const { store } = open();
    expect([store.belongsTo(5), store.belongsTo(5), store.belongsTo(6)]).toEqual([true, true, false]);
    store.append([item(0)], 1);
    store.disable("gone");
    expect([store.hasWork, store.state().disabled]).toEqual([false, "gone"]);
    store.enable();
    expect([store.hasWork, store.disabled]).toEqual([true, null]);
  });
});
