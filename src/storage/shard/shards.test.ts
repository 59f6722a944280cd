import { describe, expect, it } from "vitest";
import { isSampled } from "./event-log.ts";
import { jsonRows } from "./json-rows.ts";
import { type ShardBindings, shardNumberOf, shardOf, shardsOf } from "./shards.ts";

const database = (name: string): D1Database => ({ name }) as unknown as D1Database; // only told apart here

describe("shards", () => {
  it("a user's shard never changes: these are the places of rows already written", () => {
    expect(["u:1", "u:2", "a:x", "u:ünï"].map((user) => shardNumberOf("demo", user, 8))).toEqual([1, 7, 7, 4]);
    expect(shardNumberOf("demo", "u:1", 1)).toBe(0);
  });

  it("users spread evenly, and two workspaces differently", () => {
    const counts = Array.from({ length: 8 }, () => 0);
    for (let index = 0; index < 8_000; index++) {
      const shard = shardNumberOf("demo", `u:${index}`, 8);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1_150);
  });

  it("shards are those bound without a gap", () => {
    const env = { SHARD_0: database("0"), SHARD_1: database("1"), SHARD_3: database("3") } as ShardBindings;
    expect(shardsOf(env)).toEqual([env.SHARD_0, env.SHARD_1]);
    expect([env.SHARD_0, env.SHARD_1]).toContain(shardOf(env, "demo", "u:1"));
  });

  it("the log's sample is decided by the event's id alone", () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => `event-${index}`);
    const tenth = ids.filter((id) => isSampled(id, 0.1));
    expect(tenth.length).toBeGreaterThan(900);
    expect(tenth.length).toBeLessThan(1_100);
    expect(tenth.every((id) => isSampled(id, 0.5))).toBe(true);
    expect(ids.filter((id) => isSampled(id, 0))).toEqual([]);
    expect(ids.filter((id) => isSampled(id, 1))).toEqual(ids);
  });

  it("rows are split so that each text fits one parameter, in order, none lost", () => {
    const rows = Array.from({ length: 50 }, (_, index) => [index, "x".repeat(30_000)]);
    const texts = jsonRows(rows);
    expect(texts.length).toBe(4);
    expect(texts.every((text) => text.length <= 500_100)).toBe(true);
    expect(texts.flatMap((text) => JSON.parse(text) as unknown[])).toEqual(rows);
    expect(jsonRows([])).toEqual([]);
    expect(jsonRows([["y".repeat(600_000)], [1]])).toHaveLength(2);
  });
});
