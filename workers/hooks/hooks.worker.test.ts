import { env } from "cloudflare:workers";
import { createExecutionContext, createMessageBatch } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { emailTemplate, identify, newWorkspace, publish, track, user } from "../../test/support/workspace.ts";
import type { DeliverMessage } from "../../src/api/queue.ts";
import { type ProviderDefinition, resendsUncertain } from "../../src/channels/provider-definition.ts";
import { bytesOf, hmac, toBase64, toHex } from "../../src/channels/bytes.ts";
import type { CatalogProvider } from "../../src/domain/catalog/catalog.ts";
import { fetchWorker, origin } from "../api/client.test-support.ts";
import { deliver } from "../deliver.ts";
import { followUp } from "../follow-up.ts";
import type { Env } from "../env.ts";
import { storeProvider } from "../api/store-provider.ts";

const key = btoa("our own test key, thirty-two byte");
const mail: ProviderDefinition = {
  key: "mail",
  type: "resend",
  channel: "email",
  settings: { apiKey: "re_secret_key", from: "shop@example.com", webhookSecret: `whsec_${key}` },
  default: true,
};
const journey = {
  key: "mailer",
  name: "Mailer",
  trigger: { type: "event", event: "Signed Up" },
  frequency: { type: "every-time" },
  start: "mail",
  steps: { mail: { type: "send", channel: "email", template: "hello", topic: "news", next: "done" }, done: { type: "exit" } },
};
const quiet = { sendBatch: () => Promise.resolve() };
const testEnv = { ...env, DELIVER_EMAIL: quiet } as unknown as Env; // of a queue, only sendBatch is used

const fetched = vi.fn<typeof fetch>();
beforeEach(() => {
  fetched.mockReset().mockImplementation(() => Promise.resolve(Response.json({ id: "p1" })));
  vi.spyOn(globalThis, "fetch").mockImplementation(fetched);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const setUp = async (providers: readonly ProviderDefinition[] = [mail]) => {
  const workspace = await newWorkspace();
  for (const provider of providers) {
    const { body, sealed } = await storeProvider(env, workspace, provider);
    await env.DB.prepare(
      "INSERT INTO definitions (workspace, kind, key, body, etag, sealed, created_at, updated_at) VALUES (?, 'provider', ?, ?, '', ?, 0, 0)",
    )
      .bind(workspace, provider.key, body, sealed)
      .run();
  }
  const live = providers.map((provider): CatalogProvider => ({
    key: provider.key,
    channel: provider.channel,
    type: provider.type,
    default: true,
    resendUncertain: resendsUncertain(provider),
  }));
  const version = await publish(workspace, { journeys: [journey], templates: [emailTemplate], providers: live });
  return { workspace, version };
};

/** A user with a mail that was sent; its id, and our word for it as the provider was given it. */
const sent = async ({ workspace, version }: { readonly workspace: string; readonly version: number }, id: string, provider = "p1") => {
  fetched.mockImplementationOnce(() => Promise.resolve(Response.json({ id: provider })));
  const answer = await user(workspace, `u:${id}`).apply({
    catalog: version,
    events: [identify(id, { email: `${id}@example.com` }), track(id, "Signed Up")],
  });
  await followUp(testEnv, [{ workspace, user: `u:${id}`, answer: { ...answer, deliver: [] } }]);
  const message = answer.deliver[0]?.message ?? "";
  const body: DeliverMessage = { workspace, user: `u:${id}`, message };
  const batch = createMessageBatch("tern-deliver-email", [{ id: "q1", timestamp: new Date(), attempts: 1, body }]);
  await deliver(batch, testEnv, createExecutionContext());
  const request = fetched.mock.calls.at(-1)?.[0] as Request;
  const given = (await request.clone().json()) as { tags: readonly { readonly value: string }[] };
  return { message, echo: given.tags[0]?.value ?? "" };
};

let deliveries = 0;
const event = (type: string, data: object) => JSON.stringify({ type, created_at: new Date().toISOString(), data });
const tagged = (echo: string, more: object = {}) => ({ email_id: "p1", to: ["1@example.com"], tags: { tern: echo }, ...more });
const signed = async (body: string, { at = Date.now(), secret = key, id = `msg_${++deliveries}` } = {}) => {
  const timestamp = String(Math.floor(at / 1000));
  const given = Uint8Array.from(atob(secret), (char) => char.charCodeAt(0));
  const signature = toBase64(await hmac("SHA-256", given, bytesOf(`${id}.${timestamp}.${body}`)));
  return { "svix-id": id, "svix-timestamp": timestamp, "svix-signature": `v1,${signature}` };
};
const hook = async (workspace: string, body: string, headers?: Record<string, string>, provider = "mail") =>
  (
    await fetchWorker(
      new Request(`${origin}/hooks/${workspace}/${provider}`, { method: "POST", body, headers: headers ?? (await signed(body)) }),
    )
  ).status;
const messageOf = async (workspace: string, id: string) => (await user(workspace, `u:${id}`).messages({ limit: 10 })).items[0];
const suppressionsOf = async (workspace: string, id: string) => Object.keys((await user(workspace, `u:${id}`).view())?.suppressions ?? {});

describe("a provider's reports", () => {
  it("move the message on, once, whatever comes twice or late, and its row and statistics follow", async () => {
    const at = await setUp();
    const { message, echo } = await sent(at, "1");
    for (const type of ["email.clicked", "email.delivered", "email.delivered", "email.opened"])
      expect(await hook(at.workspace, event(type, tagged(echo)))).toBe(200);
    expect(await messageOf(at.workspace, "1")).toMatchObject({ status: "clicked", reached: { delivered: expect.any(Number) as number } });
    const row = await env.DB.prepare("SELECT status, provider_message_id FROM messages WHERE workspace = ? AND id = ?")
      .bind(at.workspace, message)
      .first();
    expect(row).toEqual({ status: "clicked", provider_message_id: "p1" });
    const { results } = await env.DB.prepare(
      "SELECT metric, n FROM step_counts WHERE workspace = ? AND step = 'mail' AND metric LIKE 'message:%'",
    )
      .bind(at.workspace)
      .all<{ metric: string; n: number }>();
    expect(Object.fromEntries(results.map(({ metric, n }) => [metric, n]))).toMatchObject({
      "message:delivered": 1,
      "message:opened": 1,
      "message:clicked": 1,
    });
  });

  it("are found by the provider's word where ours is missing", async () => {
    const at = await setUp();
    await sent(at, "1", "their-own-id");
    expect(await hook(at.workspace, event("email.delivered", { email_id: "their-own-id", to: ["1@example.com"] }))).toBe(200);
    expect(await messageOf(at.workspace, "1")).toMatchObject({ status: "delivered" });
  });

  it("of a copy are about whoever has its address, not about whom the message is for", async () => {
    const at = await setUp();
    const [mine] = [await sent(at, "1", "a"), await sent(at, "2", "b")];
    const of = (type: string, address: string, more: object = {}) =>
      hook(at.workspace, event(type, tagged(mine.echo, { to: [address], ...more })));
    expect(await of("email.bounced", "2@example.com", { bounce: { type: "Permanent" } })).toBe(200);
    expect(await of("email.opened", "nobody@example.com")).toBe(200);
    expect(await messageOf(at.workspace, "1")).toMatchObject({ status: "sent" });
    expect(await suppressionsOf(at.workspace, "1")).toEqual([]);
    expect(await suppressionsOf(at.workspace, "2")).toEqual(["email:2@example.com"]);
    expect(await of("email.opened", "1@Example.com")).toBe(200);
    expect(await messageOf(at.workspace, "1")).toMatchObject({ status: "opened" });
  });

  it("permanent bounces and complaints suppress the address, others do not", async () => {
    const at = await setUp();
    const [soft, hard, complained] = [await sent(at, "1", "a"), await sent(at, "2", "b"), await sent(at, "3", "c")];
    await hook(at.workspace, event("email.bounced", tagged(soft.echo, { bounce: { type: "Transient", message: "full" } })));
    const to = (id: string) => ({ to: [`${id}@example.com`] });
    const gone = { bounce: { type: "Permanent", message: "no such mailbox" } };
    await hook(at.workspace, event("email.bounced", tagged(hard.echo, { ...to("2"), ...gone })));
    await hook(at.workspace, event("email.complained", tagged(complained.echo, to("3"))));
    expect(await suppressionsOf(at.workspace, "1")).toEqual([]);
    expect(await suppressionsOf(at.workspace, "2")).toEqual(["email:2@example.com"]);
    expect(await suppressionsOf(at.workspace, "3")).toEqual(["email:3@example.com"]);
  });

  it("a mail that its provider took and then did not send has bounced, and suppresses only where the address is to blame", async () => {
    const at = await setUp();
    const [dead, full] = [await sent(at, "1", "a"), await sent(at, "2", "b")];
    await hook(at.workspace, event("email.suppressed", tagged(dead.echo, { suppressed: { message: "bounced before" } })));
    const failed = { to: ["2@example.com"], failed: { reason: "reached_daily_quota" } };
    await hook(at.workspace, event("email.failed", tagged(full.echo, failed)));
    expect(await messageOf(at.workspace, "1")).toMatchObject({ status: "bounced", reason: "bounced before" });
    expect(await messageOf(at.workspace, "2")).toMatchObject({ status: "bounced", reason: "reached_daily_quota" });
    expect(await suppressionsOf(at.workspace, "1")).toEqual(["email:1@example.com"]);
    expect(await suppressionsOf(at.workspace, "2")).toEqual([]);
  });

  it("about an address that complained count although the message is none of ours", async () => {
    const at = await setUp();
    await sent(at, "1");
    const elsewhere = { email_id: "elsewhere", to: ["1@example.com"] };
    const body = JSON.stringify({ type: "email.complained", created_at: new Date(Date.now() - 600_000).toISOString(), data: elsewhere });
    expect(await hook(at.workspace, body)).toBe(200);
    expect(await suppressionsOf(at.workspace, "1")).toEqual(["email:1@example.com"]);
  });

  it("reach the user the message's user became", async () => {
    const at = await setUp();
    const { echo } = await sent(at, "1");
    await user(at.workspace, "u:2").apply({ catalog: at.version, events: [identify("2", {})] });
    await user(at.workspace, "u:2").stimulate({ catalog: at.version, stimuli: [{ type: "merge", id: "m1", from: "u:1" }] });
    await vi.waitFor(async () => expect((await user(at.workspace, "u:2").view())?.attributes).toMatchObject({ email: "1@example.com" }), {
      timeout: 10_000,
    });
    expect(await hook(at.workspace, event("email.complained", tagged(echo)))).toBe(200);
    expect(await suppressionsOf(at.workspace, "2")).toEqual(["email:1@example.com"]);
  });
});

describe("nothing is believed that is not the provider's", () => {
  it.each([
    ["altered", async (body: string) => [`${body} `, await signed(body)] as const],
    [
      "signed by another key",
      async (body: string) => [body, await signed(body, { secret: btoa("another key of thirty-two bytes!") })] as const,
    ],
    ["replayed late", async (body: string) => [body, await signed(body, { at: Date.now() - 6 * 60_000 })] as const],
    ["not signed", async (body: string) => [body, {}] as const],
  ])("refuses what is %s", async (_, make) => {
    const at = await setUp();
    const { echo } = await sent(at, "1");
    const [body, headers] = await make(event("email.delivered", tagged(echo)));
    expect(await hook(at.workspace, body, headers)).toBe(401);
    expect(await messageOf(at.workspace, "1")).toMatchObject({ status: "sent" });
  });

  it("a message of another workspace is not touched, nor its provider asked to say it again", async () => {
    const [one, other] = [await setUp(), await setUp()];
    const { echo } = await sent(one, "1");
    expect(await hook(other.workspace, event("email.delivered", tagged(echo)))).toBe(200);
    expect(await messageOf(one.workspace, "1")).toMatchObject({ status: "sent" });
  });

  it("knows no hook of a workspace, provider or kind that has none, and takes no huge body", async () => {
    const at = await setUp([mail, { key: "box", type: "outbox", channel: "sms", settings: {} }]);
    expect(await hook("nowhere", "{}")).toBe(404);
    expect(await hook(at.workspace, "{}", {}, "nobody")).toBe(404);
    expect(await hook(at.workspace, "{}", {}, "box")).toBe(404);
    expect(await hook(at.workspace, "x".repeat(4_000_001), {})).toBe(413);
    const put = await fetchWorker(new Request(`${origin}/hooks/${at.workspace}/mail`, { method: "PUT" }));
    expect(put.status).toBe(405);
  });
});

describe("a signature that does not cover the report (Mailgun)", () => {
  it("is good for one report: with another one in it, it changes nothing", async () => {
    const mailgun: ProviderDefinition = {
      key: "mail",
      type: "mailgun",
      channel: "email",
      settings: { apiKey: "key", domain: "example.com", from: "shop@example.com", webhookSigningKey: "our-own-key" },
    };
    const at = await setUp([mailgun]);
    const answer = await user(at.workspace, "u:1").apply({ catalog: at.version, events: [identify("1", { email: "1@example.com" })] });
    await followUp(testEnv, [{ workspace: at.workspace, user: "u:1", answer }]);
    const told = async (token: string, event: object) => {
      const timestamp = String(Math.floor(Date.now() / 1000));
      const signature = toHex(await hmac("SHA-256", bytesOf("our-own-key"), timestamp + token));
      const about = { timestamp: 1, recipient: "1@example.com", ...event };
      return hook(at.workspace, JSON.stringify({ signature: { timestamp, token, signature }, "event-data": about }), {});
    };
    expect(await told("token-1", { event: "delivered" })).toBe(200);
    expect(await told("token-1", { event: "complained" })).toBe(200);
    expect(await suppressionsOf(at.workspace, "1")).toEqual([]);
    expect(await told("token-2", { event: "complained" })).toBe(200);
    expect(await suppressionsOf(at.workspace, "1")).toEqual(["email:1@example.com"]);
  });
});

describe("a message that is not known", () => {
  it("is wanted again while it is young, so that a report cannot overtake its projection", async () => {
    const at = await setUp();
    const young = `${at.workspace}-0-m${Date.now().toString(36).padStart(9, "0")}abc`;
    expect(await hook(at.workspace, event("email.delivered", tagged(young)))).toBe(503);
    expect(await hook(at.workspace, event("email.delivered", { email_id: "just-sent", to: ["1@example.com"] }))).toBe(503);
  });

  it("is noted and done with when it is old, or was never ours", async () => {
    const at = await setUp();
    const old = `${at.workspace}-0-m${(Date.now() - 3_600_000).toString(36).padStart(9, "0")}abc`;
    expect(await hook(at.workspace, event("email.delivered", tagged(old)))).toBe(200);
    expect(await hook(at.workspace, event("email.delivered", tagged("somebody else's")))).toBe(200);
    expect(await hook(at.workspace, event("contact.created", {}))).toBe(200);
  });
});
