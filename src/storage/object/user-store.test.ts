import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { nodeSql, nodeTransaction } from "../../../test/support/node-sql.ts";
import type { Message } from "../../domain/message/message.ts";
import type { Fact } from "../../domain/user/facts.ts";
import { newUser } from "../../domain/user/new-user.ts";
import type { Run, UserState } from "../../domain/user/state.ts";
import { Journal } from "./journal.ts";
import type { SqlPort } from "./sql-port.ts";
import { UserStore } from "./user-store.ts";

/** A store over an empty database, with the statements that write counted. */
const setUp = () => {
  const database = new DatabaseSync(":memory:");
  const written: string[] = [];
  const port = nodeSql(database);
  const sql: SqlPort = {
    run: (statement, ...params) => {
      if (!statement.startsWith("SELECT")) written.push(`${statement.split(" ")[0]} ${params.slice(0, 2).join(" ")}`);
      return port.run(statement, ...params);
    },
  };
  const store = new UserStore(sql);
  store.layOut();
  written.length = 0;
  return { store, sql, written, transaction: nodeTransaction(database) };
};
const user: UserState = newUser("w", "u:1", 1000);
const change = (state: UserState, messages: readonly Message[] = []) => ({
  state,
  messages: new Map(messages.map((message) => [message.id, message])),
});
const run = (id: string): Run => ({
  id,
  journey: "j",
  version: 1,
  key: null,
  enteredAt: 1,
  entryOrder: [1, 1, 0],
  trigger: null,
  position: { at: "wait", step: "s", since: 1, due: 2 },
  stepEnteredAt: 1,
  visits: {},
});
const message = (id: string): Message => ({ id, channel: "email", template: "t", status: "queued", createdAt: 1, attempts: 0 });
const tag = (at: number): Fact => ({ kind: "tag-added", at, tag: `t${at}` });

describe("UserStore", () => {
  it("an object nobody wrote to has no tables and no state", () => {
    expect(new UserStore(nodeSql(new DatabaseSync(":memory:"))).exists()).toBe(false);
    expect(setUp().store.load()).toBeUndefined();
  });

  it("loads what was committed", () => {
    const { store } = setUp();
    const full: UserState = {
      ...user,
      memberships: { vip: { member: true, since: 5, hash: "h" } },
      runs: { r1: run("r1"), r2: run("r2") },
      entries: { j: { count: 2, lastEnteredAt: 3, recent: [3] } },
      open: { m1: message("m1") },
      meta: { ...user.meta, catalog: 4 },
    };
    store.commit(undefined, change(full, [message("m1"), { ...message("m0"), status: "sent" }]));
    expect(store.load()).toEqual(full);
    expect(store.messagesBefore(undefined, 10).map(({ id }) => id)).toEqual(["m1", "m0"]);
    expect(store.messagesBefore("m1", 10).map(({ id }) => id)).toEqual(["m0"]);
  });

  it("writes only the parts whose reference changed", () => {
    const { store, written } = setUp();
    store.commit(undefined, change(user));
    expect(written).toEqual(["INSERT part user", "INSERT part profile", "INSERT part meta"]);
    written.length = 0;
    store.commit(user, change({ ...user }));
    expect(written).toEqual([]);
    const running = { ...user, runs: { r1: run("r1"), r2: run("r2") } };
    store.commit(user, change(running));
    expect(written).toEqual(["INSERT part live"]);
    written.length = 0;
    const moved = { ...running, runs: { r2: { ...run("r2"), stepEnteredAt: 9 } }, open: { m1: message("m1") } };
    store.commit(running, change(moved, [message("m1")]));
    expect(written).toEqual(["INSERT part live", "INSERT message m1"]);
    expect(store.load()).toEqual(moved);
  });
});

describe("Journal", () => {
  it("numbers facts from 1 without gaps, also after it was opened anew", () => {
    const { sql } = setUp();
    new Journal(sql).append([tag(1), tag(2)]);
    const journal = new Journal(sql);
    journal.append([tag(3)]);
    journal.append([]);
    expect(journal.last).toBe(3);
    expect(journal.unconfirmed("w", "u:1")).toEqual({ workspace: "w", user: "u:1", first: 1, facts: [tag(1), tag(2), tag(3)] });
    expect(new Journal(sql).unconfirmed("w", "u:1")?.facts).toHaveLength(3);
    expect(journal.newestAt).toBe(2);
  });

  it("answers what is not confirmed, oldest first, at most 500", () => {
    const { sql } = setUp();
    const journal = new Journal(sql);
    for (let at = 1; at <= 1_200; at++) journal.append([tag(at)]);
    for (const [confirmed, first, last] of [
      [0, 1, 500],
      [3, 4, 503],
      [500, 501, 1_000],
      [1_000, 1_001, 1_200],
    ] as const) {
      journal.confirm(confirmed);
      const facts = journal.unconfirmed("w", "u:1");
      expect([facts?.first, facts?.facts.at(0), facts?.facts.at(-1)]).toEqual([first, tag(first), tag(last)]);
    }
    journal.confirm(5_000);
    expect(journal.unconfirmed("w", "u:1")).toBeUndefined();
  });

  it("a confirmation never goes back, and is written with the next row or when asked", () => {
    const { sql, written } = setUp();
    const journal = new Journal(sql);
    journal.append([tag(1), tag(2)]);
    written.length = 0;
    journal.confirm(2);
    journal.confirm(1);
    expect(written).toEqual([]);
    expect(new Journal(sql).unconfirmed("w", "u:1")?.first).toBe(1);
    journal.append([tag(3)]);
    expect(new Journal(sql).unconfirmed("w", "u:1")?.first).toBe(3);
    journal.confirm(3);
    journal.storeConfirmed();
    journal.storeConfirmed();
    expect(new Journal(sql).hasUnconfirmed).toBe(false);
    expect(written).toHaveLength(2);
  });

  it("pages the timeline newest first across rows of any size", () => {
    const { sql } = setUp();
    const journal = new Journal(sql);
    journal.append([tag(1)]);
    journal.append(Array.from({ length: 250 }, (_, index) => tag(index + 2)));
    journal.append([tag(252), tag(253)]);
    const numbers: number[] = [];
    for (let before = Number.MAX_SAFE_INTEGER; ;) {
      const page = journal.newest(before, 7);
      for (const { number, fact } of page) {
        expect(fact).toEqual(tag(number));
        numbers.push(number);
      }
      const last = page.at(-1);
      if (last === undefined) break;
      before = last.number;
    }
    expect(numbers).toEqual(Array.from({ length: 253 }, (_, index) => 253 - index));
  });

  it("a transaction that fails leaves no facts behind", () => {
    const { sql, transaction } = setUp();
    expect(() =>
      transaction(() => {
        new Journal(sql).append([tag(1)]);
        throw new Error("cut");
      }),
    ).toThrow("cut");
    expect(new Journal(sql).last).toBe(0);
  });
});
