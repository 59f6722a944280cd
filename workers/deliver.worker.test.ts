import { env } from "cloudflare:workers";
import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { emailTemplate, identify, newWorkspace, publish, track, user } from "../test/support/workspace.ts";
import type { DeliverMessage } from "../src/api/queue.ts";
import { type ProviderDefinition, resendsUncertain } from "../src/channels/provider-definition.ts";
import type { CatalogProvider } from "../src/domain/catalog/catalog.ts";
import type { UserKey } from "../src/domain/user/user-key.ts";
import { deliver } from "./deliver.ts";
import type { Env } from "./env.ts";
import { storeProvider } from "./api/store-provider.ts";

const mailer = {
  key: "mailer",
  name: "Mailer",
  trigger: { type: "event", event: "Signed Up" },
  frequency: { type: "every-time" },
  exit: { type: "event", event: "Order Completed" },
  start: "mail",
  steps: { mail: { type: "send", channel: "email", template: "hello", next: "done" }, done: { type: "exit" } },
};
const hook = {
  ...mailer,
  key: "hook",
  start: "call",
  steps: { call: { type: "send", channel: "webhook", template: "call", next: "done" }, done: { type: "exit" } },
};
const hookTemplate = {
  key: "call",
  channel: "webhook",
  name: "Call",
  defaultLocale: "en",
  locales: { en: { url: "https://hooks.example.com/in", body: '{"user": {{ user.id | json }}}' } },
};
const mail: ProviderDefinition = {
  key: "mail",
  type: "resend",
  channel: "email",
  settings: { apiKey: "re_secret_key", from: "shop@example.com" },
  default: true,
};
const outbox: ProviderDefinition = { key: "outbox-email", type: "outbox", channel: "email", settings: {}, default: true };
const hooks: ProviderDefinition = { key: "hooks", type: "webhook", channel: "webhook", settings: {}, default: true };

/** Queue bindings that keep what they are given instead of delivering it behind the test's back. */
let queued: DeliverMessage[] = [];
const keeping = {
  sendBatch: (bodies: Iterable<{ readonly body: DeliverMessage }>) =>
    Promise.resolve(void queued.push(...[...bodies].map(({ body }) => body))),
};
const testEnv = (more: Partial<Env> = {}): Env => ({ ...env, DELIVER_EMAIL: keeping, DELIVER_WEBHOOK: keeping, ...more }) as unknown as Env; // of a queue, only sendBatch is used

const fetched = vi.fn<typeof fetch>();
beforeEach(() => {
  queued = [];
  fetched.mockReset().mockImplementation(() => Promise.resolve(Response.json({ id: "p1" })));
  vi.spyOn(globalThis, "fetch").mockImplementation(fetched);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const setUp = async (
  provider: ProviderDefinition,
  definitions: Parameters<typeof newWorkspace>[0] = { journeys: [mailer], templates: [emailTemplate] },
) => {
  const workspace = await newWorkspace();
  const { body, sealed } = await storeProvider(env, workspace, provider);
  await env.DB.prepare(
    "INSERT INTO definitions (workspace, kind, key, body, etag, sealed, created_at, updated_at) VALUES (?, 'provider', ?, ?, '', ?, 0, 0)",
  )
    .bind(workspace, provider.key, body, sealed)
    .run();
  const live: CatalogProvider = {
    key: provider.key,
    channel: provider.channel,
    type: provider.type,
    default: true,
    resendUncertain: resendsUncertain(provider),
  };
  const all = { ...definitions, providers: [live] };
  return {
    workspace,
    version: await publish(workspace, all),
    republish: (more: Parameters<typeof publish>[1]) => publish(workspace, { ...all, ...more }),
  };
};

/** Users of the test sign up; their messages wait to be claimed. */
const signUp = async (workspace: string, version: number, ids: readonly string[]): Promise<readonly DeliverMessage[]> => {
  const messages = await Promise.all(
    ids.map(async (id) => {
      const answer = await user(workspace, `u:${id}`).apply({
        catalog: version,
        events: [identify(id, { email: `${id}@example.com` }), track(id, "Signed Up")],
      });
      return answer.deliver.map(({ message }) => ({ workspace, user: `u:${id}` as UserKey, message }));
    }),
  );
  return messages.flat();
};

const run = async (bodies: readonly DeliverMessage[], environment = testEnv()) => {
  const batch = createMessageBatch<DeliverMessage>(
    "tern-deliver-email",
    bodies.map((body, index) => ({ id: `q${index}`, timestamp: new Date(), attempts: 1, body })),
  );
  const ctx = createExecutionContext();
  await deliver(batch, environment, ctx);
  const result = await getQueueResult(batch, ctx);
  return { acked: result.explicitAcks.length, retried: result.retryMessages.length };
};

const messageOf = async (workspace: string, key: UserKey) => (await user(workspace, key).messages({ limit: 10 })).items[0];
const projected = (workspace: string) =>
  env.DB.prepare("SELECT status, reason, provider, recipient, subject, attempts FROM messages WHERE workspace = ?").bind(workspace).all();
const requestOf = async (call: number) => {
  const request = fetched.mock.calls[call]?.[0];
  if (!(request instanceof Request)) throw new Error("expected a request");
  return { url: request.url, headers: Object.fromEntries(request.headers), redirect: request.redirect, body: await request.clone().text() };
};

describe("deliver", () => {
  it("claims, sends with the message id as idempotency key, settles and projects", async () => {
    const { workspace, version } = await setUp(mail);
    const messages = await signUp(workspace, version, ["1"]);
    expect(await run(messages)).toEqual({ acked: 1, retried: 0 });
    expect(await requestOf(0)).toMatchObject({
      url: "https://api.resend.com/emails",
      redirect: "manual",
      headers: { authorization: "Bearer re_secret_key", "idempotency-key": messages[0]?.message },
    });
    expect(await messageOf(workspace, "u:1")).toMatchObject({ status: "sent", providerMessageId: "p1", attempts: 1 });
    expect((await projected(workspace)).results).toEqual([
      { status: "sent", reason: null, provider: "mail", recipient: "1@example.com", subject: "Hello you", attempts: 1 },
    ]);
    expect((await user(workspace, "u:1").view())?.runs).toEqual([]);
  });

  it("sends a message once, however often the queue brings it", async () => {
    const { workspace, version } = await setUp(mail);
    const messages = await signUp(workspace, version, ["1"]);
    expect(await run([...messages, ...messages, ...messages])).toEqual({ acked: 3, retried: 0 });
    await run(messages);
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  it("a message queued but not claimed is not sent once its exit came", async () => {
    const { workspace, version } = await setUp(mail);
    const messages = await signUp(workspace, version, ["1", "2"]);
    await user(workspace, "u:1").apply({ catalog: version, events: [track("1", "Order Completed")] });
    expect(await run(messages)).toEqual({ acked: 2, retried: 0 });
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(await messageOf(workspace, "u:1")).toMatchObject({ status: "skipped", reason: "exited" });
    expect(await messageOf(workspace, "u:2")).toMatchObject({ status: "sent" });
  });

  it("once stop has answered, no claim starts", async () => {
    const { workspace, version, republish } = await setUp(mail);
    const messages = await signUp(workspace, version, ["1"]);
    await republish({ status: "stopped" });
    expect(await run(messages)).toEqual({ acked: 1, retried: 0 });
    expect(fetched).not.toHaveBeenCalled();
    expect(await messageOf(workspace, "u:1")).toMatchObject({ status: "skipped", reason: "stopped" });
  });

  it("keeps messages in the outbox, each once, and calls nobody", async () => {
    const { workspace, version } = await setUp(outbox);
    const ids = Array.from({ length: 15 }, (_, index) => `u${index}`);
    const messages = await signUp(workspace, version, ids);
    expect(await run([...messages, ...messages.slice(0, 5)])).toEqual({ acked: 20, retried: 0 });
    const kept = await env.DB.prepare("SELECT id, recipient, content FROM outbox_messages WHERE workspace = ? ORDER BY id")
      .bind(workspace)
      .all<{ id: string; recipient: string; content: string }>();
    expect(kept.results.map(({ id }) => id)).toEqual(messages.map(({ message }) => message).toSorted());
    expect(JSON.parse(kept.results[0]?.content ?? "")).toMatchObject({ channel: "email", subject: "Hello you" });
    expect(fetched).not.toHaveBeenCalled();
    expect((await projected(workspace)).results.every(({ status }) => status === "sent")).toBe(true);
  });

  it("holds a message that was definitely not taken and sends the same bytes again", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const { workspace, version } = await setUp(mail);
    const messages = await signUp(workspace, version, ["1"]);
    fetched.mockImplementationOnce(() =>
      Promise.resolve(
        Response.json({ name: "rate_limit_exceeded", message: "Too many requests" }, { status: 429, headers: { "retry-after": "90" } }),
      ),
    );
    expect(await run(messages)).toEqual({ acked: 1, retried: 0 });
    expect(await messageOf(workspace, "u:1")).toMatchObject({
      status: "held",
      due: Date.now() + 90_000,
      reason: "429 rate_limit_exceeded: Too many requests",
    });
    await run(messages);
    expect(fetched).toHaveBeenCalledTimes(1);

    vi.setSystemTime(Date.now() + 91_000);
    await user(workspace, "u:1").stimulate({
      catalog: version,
      stimuli: [{ type: "tick" }, { type: "event", event: identify("1", { name: "Ada" }) }],
    });
    await run(messages);
    const [first, second] = [await requestOf(0), await requestOf(1)];
    expect(second).toEqual(first);
    expect(await messageOf(workspace, "u:1")).toMatchObject({ status: "sent", attempts: 2 });
  });

  it("an attempt whose end is unknown is sent again only where the provider knows the key", async () => {
    const lost = () => Promise.reject(new Error("Network connection lost."));
    const email = await setUp(mail);
    const webhook = await setUp(hooks, { journeys: [hook], templates: [hookTemplate] });
    const emails = await signUp(email.workspace, email.version, ["1"]);
    const calls = await signUp(webhook.workspace, webhook.version, ["1"]);
    fetched.mockImplementation(lost);
    expect(await run([...emails, ...calls])).toEqual({ acked: 2, retried: 0 });
    expect(await messageOf(email.workspace, "u:1")).toMatchObject({ status: "held", reason: "uncertain: Network connection lost." });
    expect(await messageOf(webhook.workspace, "u:1")).toMatchObject({ status: "uncertain", reason: "Network connection lost." });
  });

  it("calls a webhook as its template says, and nothing that is not public", async () => {
    const inside = { ...hookTemplate, key: "inside", locales: { en: { url: "http://169.254.169.254/{{ user.id }}" } } };
    const journey = { ...hook, key: "inward", steps: { ...hook.steps, call: { ...hook.steps.call, template: "inside" } } };
    const { workspace, version } = await setUp(hooks, { journeys: [hook, journey], templates: [hookTemplate, inside] });
    await run(await signUp(workspace, version, ["1"]));
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(await requestOf(0)).toMatchObject({
      url: "https://hooks.example.com/in",
      body: '{"user": "1"}',
      headers: { "content-type": "application/json" },
    });
    const ends = (await user(workspace, "u:1").messages({ limit: 10 })).items.map(({ status, reason }) => [status, reason]);
    expect(ends).toEqual(
      expect.arrayContaining([
        ["sent", undefined],
        ["failed", "169.254.169.254 is not a public address"],
      ]),
    );
  });

  it("queues the messages that runs go on to", async () => {
    const two = { ...mailer, steps: { mail: { ...mailer.steps.mail, next: "again" }, again: mailer.steps.mail, done: mailer.steps.done } };
    const { workspace, version } = await setUp(mail, { journeys: [two], templates: [emailTemplate] });
    await run(await signUp(workspace, version, ["1", "2"]));
    expect(queued.map(({ workspace: ws, user: key }) => `${ws} ${key}`).toSorted((a, b) => a.localeCompare(b))).toEqual([
      `${workspace} u:1`,
      `${workspace} u:2`,
    ]);
    await run(queued);
    expect(fetched).toHaveBeenCalledTimes(4);
  });

  it("brings back what could not be claimed, and holds up nothing else", async () => {
    const { workspace, version } = await setUp(mail);
    const messages = await signUp(workspace, version, ["1", "2"]);
    const broken = {
      getByName: (name: string) =>
        name.endsWith("u:1") ? { claim: () => Promise.reject(new Error("overloaded")) } : env.USERS.getByName(name),
    };
    expect(await run(messages, testEnv({ USERS: broken as unknown as Env["USERS"] }))).toEqual({ acked: 1, retried: 1 });
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(await run(messages)).toEqual({ acked: 2, retried: 0 });
    expect(fetched).toHaveBeenCalledTimes(2);
  });

  it("loses nothing when the projection fails: the facts stay with the object", async () => {
    const { workspace, version } = await setUp(mail);
    const messages = await signUp(workspace, version, ["1"]);
    const failing = { batch: () => Promise.reject(new Error("D1 is down")), prepare: (sql: string) => env.DB.prepare(sql) };
    expect(await run(messages, testEnv({ SHARD_0: failing as unknown as D1Database }))).toEqual({ acked: 1, retried: 0 });
    expect((await projected(workspace)).results).toEqual([]);
    const answer = await user(workspace, "u:1").apply({ catalog: version, events: [] });
    expect(answer.facts?.facts.some((fact) => fact.kind === "message" && fact.status === "sent")).toBe(true);
  });

  it("tells a refused connection from a cut one, on this machine", async () => {
    const nowhere = { ...hookTemplate, locales: { en: { url: "http://127.0.0.1:9/" } } };
    const { workspace, version } = await setUp(hooks, { journeys: [hook], templates: [nowhere] });
    await run(await signUp(workspace, version, ["1"]));
    expect(fetched).not.toHaveBeenCalled();
    expect(await messageOf(workspace, "u:1")).toMatchObject({ status: "held", reason: "connection refused" });
  });

  it("calls no loopback address unless the operator's variable says so", async () => {
    const near = { ...hookTemplate, locales: { en: { url: "http://localhost:9/" } } };
    const { workspace, version } = await setUp(hooks, { journeys: [hook], templates: [near] });
    await run(await signUp(workspace, version, ["1"]), testEnv({ ALLOW_LOOPBACK: "false" }));
    expect(await messageOf(workspace, "u:1")).toMatchObject({ status: "failed", reason: "localhost is a loopback address" });
  });
});
