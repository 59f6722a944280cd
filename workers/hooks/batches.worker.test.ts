import { env } from "cloudflare:workers";
import { generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { identify, newWorkspace, publish, user } from "../../test/support/workspace.ts";
import type { ProviderDefinition } from "../../src/channels/provider-definition.ts";
import { storeProvider } from "../api/store-provider.ts";
import { followUp } from "../follow-up.ts";
import type { Env } from "../env.ts";
import { hooks } from "./hooks.ts";

const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
const sendgrid: ProviderDefinition = {
  key: "mail",
  type: "sendgrid",
  channel: "email",
  settings: {
    apiKey: "SG.key",
    from: "shop@example.com",
    webhookPublicKey: pair.publicKey.export({ format: "der", type: "spki" }).toString("base64"),
  },
};

/** The bindings, with a count of how often a data shard was asked. */
const counted = () => {
  const count = { queries: 0 };
  const db = new Proxy(env.SHARD_0, {
    get: (target, name) => {
      if (name === "prepare") count.queries++;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  return { count, bindings: { ...env, SHARD_0: db } as unknown as Env }; // the same bindings
};

const setUp = async (ids: readonly string[]) => {
  const workspace = await newWorkspace();
  const { body, sealed } = await storeProvider(env, workspace, sendgrid);
  await env.DB.prepare(
    "INSERT INTO definitions (workspace, kind, key, body, etag, sealed, created_at, updated_at) VALUES (?, 'provider', ?, ?, '', ?, 0, 0)",
  )
    .bind(workspace, sendgrid.key, body, sealed)
    .run();
  const catalog = await publish(workspace, { journeys: [] });
  for (const id of ids) {
    const answer = await user(workspace, `u:${id}`).apply({ catalog, events: [identify(id, { email: `User${id}@Example.com` })] });
    await followUp(env, [{ workspace, user: `u:${id}`, answer }]);
  }
  return workspace;
};
const told = (workspace: string, events: readonly object[], bindings: Env): Promise<Response> => {
  const body = JSON.stringify(events);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const headers = {
    "x-twilio-email-event-webhook-timestamp": timestamp,
    "x-twilio-email-event-webhook-signature": sign("sha256", Buffer.from(timestamp + body), pair.privateKey).toString("base64"),
  };
  return hooks(new Request(`https://tern.example/hooks/${workspace}/mail`, { method: "POST", body, headers }), bindings);
};
const event = (index: number, more: object) => ({
  sg_event_id: `e${index}`,
  sg_message_id: `sg${index}.filter0001`,
  timestamp: Math.floor(Date.now() / 1000) - 3_600,
  ...more,
});
const suppressionsOf = async (workspace: string, id: string) => Object.keys((await user(workspace, `u:${id}`).view())?.suppressions ?? {});

describe("a batch of a thousand reports", () => {
  it("is taken whole with a handful of queries, told twice and in another order too", async () => {
    const workspace = await setUp(["1", "2", "3"]);
    const kinds = [{ event: "bounce", type: "bounce" }, { event: "spamreport" }, { event: "delivered" }, { event: "from-tomorrow" }];
    const events = Array.from({ length: 1_000 }, (_, index) => event(index, { email: `other${index}@example.com`, ...kinds[index % 4] }));
    events[10] = event(10, { email: "user1@example.com", event: "bounce", type: "bounce", status: "5.1.1" });
    events[500] = event(500, { email: "user2@example.com", event: "spamreport" });
    events[990] = event(990, { email: "user3@example.com", event: "bounce", type: "blocked" });
    const { count, bindings } = counted();
    expect((await told(workspace, events, bindings)).status).toBe(200);
    expect(count.queries).toBeLessThan(10);
    expect((await told(workspace, events.toReversed(), bindings)).status).toBe(200);
    expect((await suppressionsOf(workspace, "1")).length).toBe(1);
    expect((await suppressionsOf(workspace, "2")).length).toBe(1);
    expect(await suppressionsOf(workspace, "3")).toEqual([]);
  });
});

describe("an unsubscription that comes before its message is known", () => {
  it("is wanted again, and means nothing until then: it is from what the message was, not from everything", async () => {
    const workspace = await setUp(["1"]);
    const young = `${workspace}-0-m${Date.now().toString(36).padStart(9, "0")}abc`;
    const unsubscribed = { email: "user1@example.com", event: "unsubscribe" };
    const { bindings } = counted();
    expect((await told(workspace, [event(1, { ...unsubscribed, tern: young })], bindings)).status).toBe(503);
    expect((await user(workspace, "u:1").view())?.subscriptions).toEqual({});
    expect((await told(workspace, [event(2, { ...unsubscribed, tern: "somebody else's" })], bindings)).status).toBe(200);
    expect((await user(workspace, "u:1").view())?.subscriptions).toMatchObject({ "channel:email": { state: "opted-out" } });
  });
});
