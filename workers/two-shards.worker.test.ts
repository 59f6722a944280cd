import { env } from "cloudflare:workers";
import { applyD1Migrations, createExecutionContext, createMessageBatch, getQueueResult, type D1Migration } from "cloudflare:test";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { accept, track } from "../test/support/workspace.ts";
import type { EventsMessage } from "../src/api/queue.ts";
import { shardNumberOf } from "../src/storage/shard/shards.ts";
import { api } from "./api/api.ts";
import { newWorkspace } from "./api/client.test-support.ts";
import type { Env } from "./env.ts";
import { consumeEvents } from "./events.ts";

const test = env as unknown as { readonly TEST_SHARD: D1Database; readonly TEST_MIGRATIONS: D1Migration[] }; // set in vitest.config.ts
const over = (second: D1Database) => ({ ...env, SHARD_1: second }) as unknown as Env;
const bindings = over(test.TEST_SHARD);
const users = Array.from({ length: 40 }, (_, index) => `u${String(index).padStart(2, "0")}`);

const consume = async (given: Env, body: EventsMessage) => {
  const batch = createMessageBatch<EventsMessage>("tern-events", [{ id: "m0", timestamp: new Date(), attempts: 1, body }]);
  const ctx = createExecutionContext();
  await consumeEvents(batch, given, ctx);
  return (await getQueueResult(batch, ctx)).explicitAcks;
};
const usersIn = async (db: D1Database, workspace: string) =>
  (await db.prepare("SELECT user FROM users WHERE workspace = ? ORDER BY user").bind(workspace).all<{ user: string }>()).results.map(
    ({ user }) => user.slice(2),
  );

beforeAll(async () => {
  await applyD1Migrations(test.TEST_SHARD, test.TEST_MIGRATIONS);
});

describe("two data shards", { timeout: 30_000 }, () => {
  it("each holds its own users' rows; a list shows all of them in order, page by page", async () => {
    const { id: workspace, apiKey } = await newWorkspace();
    const message = await accept(
      workspace,
      users.map((user) => track(user, "Order Completed")),
    );
    expect(await consume(bindings, message)).toEqual(["m0"]);
    const inShard = (number: number) => users.filter((user) => shardNumberOf(workspace, `u:${user}`, 2) === number);
    expect(await usersIn(bindings.SHARD_0, workspace)).toEqual(inShard(0));
    expect(await usersIn(test.TEST_SHARD, workspace)).toEqual(inShard(1));
    expect(inShard(1).length).toBeGreaterThan(5);

    const get = async (path: string) => {
      const request = new Request(`http://127.0.0.1${path}`, { headers: { authorization: `Bearer ${apiKey}` } });
      return (await api.fetch(request, bindings, createExecutionContext())).json<{
        items: Record<string, unknown>[];
        next: string | null;
      }>();
    };
    const walk = async (path: string) => {
      const items: Record<string, unknown>[] = [];
      for (let next: string | null = ""; next !== null;) {
        const page = await get(`${path}?limit=7${next === "" ? "" : `&cursor=${next}`}`);
        items.push(...page.items);
        ({ next } = page);
      }
      return items;
    };
    expect((await walk("/api/users")).map((user) => user["id"])).toEqual(users);
    expect((await walk("/api/segments/paying-customers/members")).map((user) => user["id"])).toEqual(users);
    expect((await walk("/api/events")).map((event) => String(event["user"])).toSorted()).toEqual(users);
    expect(await walk("/api/segments")).toContainEqual(expect.objectContaining({ key: "paying-customers", members: users.length }));
  });

  it("one that is down holds its own users' events back, and all are there once it is up", async () => {
    const { id: workspace } = await newWorkspace();
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const down = { prepare: () => ({ bind: () => ({}) }), batch: () => Promise.reject(new Error("D1 is down")) } as unknown as D1Database;
    const message = await accept(
      workspace,
      users.map((user) => track(user, "Looked")),
    );
    expect(await consume(over(down), message)).toEqual([]);
    expect((await usersIn(bindings.SHARD_0, workspace)).length).toBeGreaterThan(5);
    expect(await consume(bindings, message)).toEqual(["m0"]);
    const all = [...(await usersIn(bindings.SHARD_0, workspace)), ...(await usersIn(test.TEST_SHARD, workspace))];
    expect(all.toSorted()).toEqual(users);
    vi.restoreAllMocks();
  });
});
