import { env } from "cloudflare:workers";
import { createExecutionContext, createMessageBatch } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { countD1Rows } from "../test/support/count-d1-rows.ts";
import { countObjectRows } from "../test/support/count-object-rows.ts";
import { emailTemplate, identify, newWorkspace, publish, track, user } from "../test/support/workspace.ts";
import type { DeliverMessage, EventsMessage } from "../src/api/queue.ts";
import { storeProvider } from "./api/store-provider.ts";
import { deliver } from "./deliver.ts";
import type { Env } from "./env.ts";
import { consumeEvents } from "./events.ts";

const definitions = {
  journeys: [
    {
      key: "mailer",
      name: "Mailer",
      trigger: { type: "event", event: "Ordered" },
      frequency: { type: "every-time" },
      start: "mail",
      steps: { mail: { type: "send", channel: "email", template: "hello", next: "done" }, done: { type: "exit" } },
    },
  ],
  templates: [emailTemplate],
  providers: [{ key: "mail", channel: "email", type: "resend", default: true, resendUncertain: false }],
} as const;

const users = 50;

/** A workspace with a provider, and users that are known and have had one message each. */
const setUp = async () => {
  const workspace = await newWorkspace();
  const provider = { key: "mail", type: "resend", channel: "email", settings: { apiKey: "re_key", from: "shop@example.com" } } as const;
  const { body, sealed } = await storeProvider(env, workspace, { ...provider, default: true });
  await env.DB.prepare(
    "INSERT INTO definitions (workspace, kind, key, body, etag, sealed, created_at, updated_at) VALUES (?, 'provider', 'mail', ?, '', ?, 0, 0)",
  )
    .bind(workspace, body, sealed)
    .run();
  await publish(workspace, definitions);
  vi.spyOn(globalThis, "fetch").mockImplementation(() => Promise.resolve(Response.json({ id: crypto.randomUUID() })));
  const { db, rows } = countD1Rows(env.DB);
  const used = { objects: 0, queued: 0 };
  let messages: DeliverMessage[] = [];
  const DELIVER_EMAIL = {
    sendBatch: (bodies: Iterable<{ readonly body: DeliverMessage }>) =>
      Promise.resolve(void messages.push(...[...bodies].map(({ body: one }) => one))),
  };
  const USERS = {
    getByName: (name: string): object =>
      new Proxy(env.USERS.getByName(name), {
        get: (stub, method) => {
          used.objects++;
          const call = Reflect.get(stub, method) as (request: unknown) => unknown; // a stub answers to every name
          return (request: unknown) => call(request);
        },
      }),
  };
  const bindings = { ...env, DB: db, SHARD_0: db, INTAKE_0: db, DELIVER_EMAIL, USERS } as unknown as Env; // the part of each that is used
  const batchOf = <Body>(queue: string, bodies: readonly Body[]) =>
    createMessageBatch<Body>(
      queue,
      bodies.map((one, index) => ({ id: `q${index}`, timestamp: new Date(), attempts: 1, body: one })),
    );
  const send = async (): Promise<void> => {
    const items = Array.from({ length: users }, (_, index) => track(String(index), "Ordered", { index }));
    const event: EventsMessage = { intake: crypto.randomUUID(), shard: 0, workspace, items };
    await consumeEvents(batchOf("tern-events", [event]), bindings, createExecutionContext());
    used.queued += messages.length;
    await deliver(batchOf("tern-deliver-email", messages.splice(0)), bindings, createExecutionContext());
  };
  for (let index = 0; index < users; index++)
    await user(workspace, `u:${index}`).apply({ catalog: 1, events: [identify(String(index), { email: `${index}@example.com` })] });
  await send();
  return { workspace, send, rows, used };
};

afterEach(() => vi.restoreAllMocks());

describe("What a message costs, from its event to its being settled", { timeout: 60_000 }, () => {
  it("is 10 rows of its user's object, 3 calls of it, and 8 rows of the database", async () => {
    const { workspace, send, rows, used } = await setUp();
    const [written, before] = [rows.written, { ...used }];
    const object = await countObjectRows(workspace, "u:1", send);
    const calls = (used.objects - before.objects) / users;
    expect([used.queued - before.queued, calls, object.written]).toEqual([users, 3, 10]);
    // Its event, the user's mark twice, the message twice with its place by status and by its provider's id, and what all share.
    expect((rows.written - written) / users).toBeLessThanOrEqual(8.2);
  });
});
