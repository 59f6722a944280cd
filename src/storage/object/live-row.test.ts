import { DatabaseSync } from "node:sqlite";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeSql, nodeTransaction } from "../../../test/support/node-sql.ts";
import type { Message } from "../../domain/message/message.ts";
import { newUser } from "../../domain/user/new-user.ts";
import type { Run, UserState } from "../../domain/user/state.ts";
import { UserStore } from "./user-store.ts";

const user: UserState = newUser("w", "u:1", 1000);

/** A run of about so many characters. */
const run = (id: string, characters = 0, since = 1): Run => ({
  id,
  journey: "j",
  version: 1,
  key: null,
  enteredAt: 1,
  entryOrder: [1, 1, 0],
  trigger: null,
  position: { at: "wait", step: "s", since, due: 2 },
  stepEnteredAt: 1,
  visits: { ["x".repeat(characters)]: 1 },
});
const message = (id: string): Message => ({ id, channel: "email", template: "t", status: "queued", createdAt: 1, attempts: 0 });
const runsOf = (ids: readonly string[], characters = 0): UserState["runs"] =>
  Object.fromEntries(ids.map((id) => [id, run(id, characters)]));
const ids = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `r${index}`);

/** A store, with the rows that its last commit wrote or deleted, and a second one that reads what is there. */
const setUp = () => {
  const database = new DatabaseSync(":memory:");
  const sql = nodeSql(database);
  const store = new UserStore(sql);
  store.layOut();
  const changes = (): number => Number(database.prepare("SELECT total_changes() AS n").get()?.["n"]);
  let state: UserState | undefined;
  return {
    /** Commits the next state and answers how many rows that took. */
    commit: (next: UserState): number => {
      const before = changes();
      const messages = new Map(Object.values(next.open).flatMap((one) => (state?.open[one.id] === one ? [] : [[one.id, one]])));
      store.commit(state, { state: next, messages });
      state = next;
      return changes() - before;
    },
    reload: () => (state = store.load()),
    /** Commits the next state in a transaction that fails after it; then the object reads what is there. */
    fail: (next: UserState): UserState => {
      const failing = (): void =>
        nodeTransaction(database)(() => {
          store.commit(state, { state: next, messages: new Map() });
          throw new Error("cut");
        });
      expect(failing).toThrow("cut");
      state = store.load();
      return state ?? user;
    },
    stored: () => new UserStore(sql).load(),
    kinds: () =>
      sql
        .run("SELECT DISTINCT CASE kind WHEN 'run' THEN 'run' ELSE key END AS name FROM kept WHERE kind IN ('run', 'part') ORDER BY 1")
        .map((row) => row["name"])
        .filter((name) => ["run", "live", "entries", "open"].includes(String(name))),
  };
};

describe("runs, entries and open messages of a user", () => {
  it("are one row where they are few and small: entering, moving and ending each write one", () => {
    const { commit, stored, kinds } = setUp();
    commit(user);
    const entered: UserState = { ...user, runs: runsOf(["r0"], 500), entries: { j: { count: 1, lastEnteredAt: 1, recent: [1] } } };
    expect(commit(entered)).toBe(1);
    const moved = { ...entered, runs: { r0: run("r0", 500, 9) } };
    expect(commit(moved)).toBe(1);
    const changed = { ...moved, profile: { ...moved.profile } };
    expect(commit(changed)).toBe(1); // the profile alone
    const ended = { ...changed, runs: {} };
    expect(commit(ended)).toBe(1);
    expect(stored()).toEqual(ended);
    expect(kinds()).toEqual(["live"]);
  });

  it("have rows of their own where they are many or large, so that a change of one run writes one row", () => {
    for (const runs of [runsOf(ids(40)), runsOf(ids(3), 4_000)]) {
      const { commit, stored, kinds } = setUp();
      commit(user);
      commit({ ...user, runs });
      const moved = { ...user, runs: { ...runs, r1: run("r1", 0, 9) } };
      expect(commit(moved)).toBe(1);
      expect(stored()).toEqual(moved);
      expect(kinds()).not.toContain("live");
    }
  });

  it("do not change their form to and fro at the limit", () => {
    const { commit, kinds } = setUp();
    commit(user);
    commit({ ...user, runs: runsOf(ids(9)) });
    expect(kinds()).toEqual(["entries", "open", "run"].filter((name) => kinds().includes(name)));
    commit({ ...user, runs: runsOf(ids(8)) });
    expect(kinds()).not.toContain("live");
    commit({ ...user, runs: runsOf(ids(4)) });
    expect(kinds()).toEqual(["live"]);
  });

  it("keep the form they had when the transaction that would have changed it fails", () => {
    const { commit, fail, stored, kinds } = setUp();
    const [few, many] = [
      { ...user, runs: runsOf(["r0"]) },
      { ...user, runs: runsOf(ids(40)) },
    ];
    commit(user);
    commit(few);
    const moved = { ...fail(many), runs: { r0: run("r0", 0, 9) } };
    expect(commit(moved)).toBe(1);
    expect([stored(), kinds()]).toEqual([moved, ["live"]]);
    commit(many);
    const again = fail(few);
    const later = { ...again, runs: { ...again.runs, r1: run("r1", 0, 9) } };
    expect(commit(later)).toBe(1);
    expect(stored()).toEqual(later);
    expect(kinds()).not.toContain("live");
  });

  it("load as they were committed, whatever their number and size and however often the object sleeps", () => {
    const step = fc.record({
      runs: fc.array(fc.record({ id: fc.nat(15), characters: fc.constantFrom(0, 300, 3_000, 9_000), since: fc.nat(3) }), { maxLength: 14 }),
      entries: fc.dictionary(fc.constantFrom("a", "b", "c"), fc.constantFrom(1, 200, 2_000)),
      open: fc.uniqueArray(fc.nat(30), { maxLength: 25 }),
      keeps: fc.subarray(["runs", "entries", "open"] as const),
      sleeps: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const { commit, reload, stored, kinds } = setUp();
        let state = user;
        commit(state);
        for (const { runs, entries, open, keeps, sleeps } of steps) {
          const next: UserState = {
            ...state,
            runs: Object.fromEntries(runs.map(({ id, characters, since }) => [`r${id}`, run(`r${id}`, characters, since)])),
            entries: Object.fromEntries(
              Object.entries(entries).map(([journey, count]) => [
                journey,
                { count, lastEnteredAt: 1, recent: Array.from({ length: count }, () => 1_000_000) },
              ]),
            ),
            open: Object.fromEntries(open.map((id) => [`m${id}`, state.open[`m${id}`] ?? message(`m${id}`)])),
          };
          state = { ...next, ...Object.fromEntries(keeps.map((part) => [part, state[part]])) };
          commit(state);
          expect(stored()).toEqual(state);
          expect(kinds().includes("live") && kinds().length > 1).toBe(false);
          if (sleeps) state = reload() ?? state;
        }
      }),
      { numRuns: 150 },
    );
  });
});
