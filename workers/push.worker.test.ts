import { env } from "cloudflare:workers";
import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { newWorkspace, publish, track, user } from "../test/support/workspace.ts";
import type { DeliverMessage } from "../src/api/queue.ts";
import type { ProviderDefinition } from "../src/channels/provider-definition.ts";
import { deliver } from "./deliver.ts";
import type { Env } from "./env.ts";
import { storeProvider } from "./api/store-provider.ts";

const phones: ProviderDefinition = { key: "phones", type: "expo", channel: "push", settings: {}, default: true };
const template = {
  key: "note",
  channel: "push",
  name: "Note",
  defaultLocale: "en",
  locales: { en: { title: "Hello", body: "Your order is on its way" } },
};
const journey = {
  key: "pusher",
  name: "Pusher",
  trigger: { type: "event", event: "Shipped" },
  frequency: { type: "every-time" },
  start: "push",
  steps: { push: { type: "send", channel: "push", template: "note", next: "done" }, done: { type: "exit" } },
};
const token = (name: string): string => `ExponentPushToken[${name}]`;

/** What the queue was given: messages to be claimed, and receipts to be asked for, with their delay. */
let queued: { readonly body: DeliverMessage; readonly delaySeconds?: number }[] = [];
const testEnv = {
  ...env,
  DELIVER_PUSH: { sendBatch: (all: typeof queued) => Promise.resolve(void queued.push(...all)) },
} as unknown as Env; // of a queue, only sendBatch is used

/** Expo: every ticket is good; receipts say that the device "old" is gone. */
const sent: string[] = [];
const answerOf = async (request: Request): Promise<Response> => {
  const body = await request.json<readonly { to: string }[] | { ids: readonly string[] }>();
  if ("ids" in body) {
    const gone = { status: "error", message: "gone", details: { error: "DeviceNotRegistered" } };
    return Response.json({ data: Object.fromEntries(body.ids.map((id) => [id, id === `t-${token("old")}` ? gone : { status: "ok" }])) });
  }
  sent.push(...body.map(({ to }) => to));
  return Response.json({ data: body.map(({ to }) => ({ status: "ok", id: `t-${to}` })) });
};

beforeEach(() => {
  queued = [];
  sent.length = 0;
  vi.spyOn(globalThis, "fetch").mockImplementation((input) => answerOf(input as Request)); // whoever calls out makes a Request
});
afterEach(() => {
  vi.restoreAllMocks();
});

const run = async (bodies: readonly DeliverMessage[]) => {
  const batch = createMessageBatch<DeliverMessage>(
    "tern-deliver-push",
    bodies.map((body, index) => ({ id: `q${index}`, timestamp: new Date(), attempts: 1, body })),
  );
  const ctx = createExecutionContext();
  await deliver(batch, testEnv, ctx);
  return (await getQueueResult(batch, ctx)).explicitAcks.length;
};
const take = (): typeof queued => queued.splice(0);

describe("a push message through the consumer", () => {
  it("goes to every device once; receipts are asked for later, and a device that is gone is forgotten", async () => {
    const workspace = await newWorkspace();
    const { body, sealed } = await storeProvider(env, workspace, phones);
    await env.DB.prepare(
      "INSERT INTO definitions (workspace, kind, key, body, etag, sealed, created_at, updated_at) VALUES (?, 'provider', ?, ?, '', ?, 0, 0)",
    )
      .bind(workspace, phones.key, body, sealed)
      .run();
    const provider = {
      key: "phones",
      channel: "push" as const,
      type: "expo",
      default: true,
      resendUncertain: true,
      devices: ["expo" as const],
    };
    const version = await publish(workspace, { journeys: [journey], templates: [template], providers: [provider] });
    const object = user(workspace, "u:ada");
    const add = ["old", "new"].map((name) => ({ token: token(name), platform: "ios" as const }));
    await object.stimulate({ catalog: version, stimuli: [{ type: "devices", id: "d", add, remove: [] }] });
    const answer = await object.apply({ catalog: version, events: [track("ada", "Shipped")] });
    const [first] = answer.deliver;
    if (first === undefined) throw new Error("expected a message");

    const whole: DeliverMessage = { workspace, user: "u:ada", message: first.message };
    expect(await run([whole])).toBe(1);
    const [copy, ...receipts] = take().toSorted((a, b) => (a.delaySeconds ?? 0) - (b.delaySeconds ?? 0));
    expect(receipts).toMatchObject([{ delaySeconds: 900, body: { message: first.message, receipt: { provider: "phones" } } }]);
    if (copy === undefined) throw new Error("expected a copy");
    // The queue brings both again: nobody is sent anything twice.
    expect(await run([copy.body, whole, copy.body])).toBe(3);
    receipts.push(...take());
    expect(sent.toSorted()).toEqual([token("new"), token("old")]);
    expect(receipts).toHaveLength(2);

    expect(await run(receipts.map((receipt) => receipt.body))).toBe(2);
    expect((await object.view())?.devices?.map((device) => device.token)).toEqual([token("new")]);
    const { items } = await object.messages({ limit: 10 });
    expect(items.map(({ status }) => status).toSorted()).toContain("sent");
  });
});
