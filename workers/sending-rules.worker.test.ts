import { env } from "cloudflare:workers";
import { createExecutionContext, createMessageBatch, getQueueResult, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  emailTemplate,
  identify,
  newWorkspace,
  publish,
  soon,
  track,
  user,
  userStub,
  type Definitions,
} from "../test/support/workspace.ts";
import type { DeliverMessage } from "../src/api/queue.ts";
import type { ProviderDefinition } from "../src/channels/provider-definition.ts";
import { deliver } from "./deliver.ts";
import { storeProvider } from "./api/store-provider.ts";

const sender = (key: string, more: object = {}) => ({
  key,
  name: key,
  trigger: { type: "event", event: "Go" },
  frequency: { type: "every-time" },
  start: "mail",
  steps: { mail: { type: "send", channel: "email", template: "hello", topic: "offers", next: "done", ...more }, done: { type: "exit" } },
});

const setUp = async (definitions: Definitions): Promise<{ readonly workspace: string; readonly version: number }> => {
  const workspace = await newWorkspace();
  const outbox: ProviderDefinition = { key: "outbox", type: "outbox", channel: "email", settings: {}, default: true };
  const { body, sealed } = await storeProvider(env, workspace, outbox);
  await env.DB.prepare(
    "INSERT INTO definitions (workspace, kind, key, body, sealed, etag, created_at, updated_at) VALUES (?, 'provider', 'outbox', ?, ?, '', 0, 0)",
  )
    .bind(workspace, body, sealed)
    .run();
  return { workspace, version: await publish(workspace, { journeys: [sender("mails")], templates: [emailTemplate], ...definitions }) };
};

/** The user says "Go" so many times; answers the messages that wait to be claimed. */
const go = async ({ workspace, version }: { readonly workspace: string; readonly version: number }, id: string, times = 1) => {
  const events = [identify(id, { email: `${id}@example.com` }), ...Array.from({ length: times }, () => track(id, "Go"))];
  const answer = await user(workspace, `u:${id}`).apply({ catalog: version, events });
  return answer.deliver.map(({ message }): DeliverMessage => ({ workspace, user: `u:${id}`, message }));
};

const run = async (bodies: readonly DeliverMessage[]): Promise<void> => {
  const batch = createMessageBatch<DeliverMessage>(
    "tern-deliver-email",
    bodies.map((body, index) => ({ id: `q${index}`, timestamp: new Date(), attempts: 1, body })),
  );
  const ctx = createExecutionContext();
  await deliver(batch, env, ctx);
  await getQueueResult(batch, ctx);
};

const sentTo = async (workspace: string): Promise<number> =>
  (await env.DB.prepare("SELECT count(*) AS n FROM outbox_messages WHERE workspace = ?").bind(workspace).first<{ n: number }>())?.n ?? 0;

const factsOf = async (workspace: string, id: string) =>
  (await user(workspace, `u:${id}`).timeline({ limit: 200 })).items.flatMap((item) => ("fact" in item ? [item.fact] : [])).toReversed();

afterEach(() => {
  vi.useRealTimers();
});

describe("claim against unsubscribe", () => {
  it("whichever comes first counts: nothing is claimed after the opt-out", async () => {
    const at = await setUp({});
    const ids = Array.from({ length: 20 }, (_, index) => `r${index}`);
    const messages = (await Promise.all(ids.map((id) => go(at, id)))).flat();
    await Promise.all(
      messages.map(async ({ workspace, user: key, message }, index) => {
        const object = user(workspace, key);
        const claim = () => object.claim({ catalog: at.version, message });
        const leave = () =>
          object.stimulate({ catalog: at.version, stimuli: [{ type: "subscription", id: "out", topic: "offers", state: "opted-out" }] });
        return index % 2 === 0 ? Promise.all([claim(), leave()]) : Promise.all([leave(), claim()]);
      }),
    );
    let skipped = 0;
    for (const id of ids) {
      const facts = await factsOf(at.workspace, id);
      const out = facts.findIndex(({ kind }) => kind === "subscription");
      const claimed = facts.findIndex((fact) => fact.kind === "message" && fact.status === "claimed");
      expect(out).toBeGreaterThanOrEqual(0);
      if (claimed === -1) {
        skipped++;
        expect(facts).toContainEqual(expect.objectContaining({ status: "skipped", reason: "unsubscribed from the topic" }));
      } else expect(claimed).toBeLessThan(out);
    }
    expect(skipped).toBeGreaterThan(0);
  });
});

describe("caps hold exactly", () => {
  it("two journeys, many messages for one user, delivered twice over in parallel", async () => {
    const rules = { caps: [{ channel: "email", count: 3, per: "P1D" }] };
    const at = await setUp({ journeys: [sender("mails"), sender("others")], rules });
    const messages = await go(at, "1", 10);
    expect(messages).toHaveLength(20);
    await Promise.all([run(messages), run(messages.toReversed())]);
    expect(await sentTo(at.workspace)).toBe(3);
    const facts = await factsOf(at.workspace, "1");
    expect(facts.filter((fact) => fact.kind === "message" && fact.status === "skipped")).toHaveLength(17);
    expect((await user(at.workspace, "u:1").view())?.runs).toEqual([]);
  });
});

describe("a message held by quiet hours", () => {
  it("wakes once, at its instant, and goes out", async () => {
    const midnight = Math.ceil(Date.now() / 86_400_000) * 86_400_000;
    vi.useFakeTimers({ toFake: ["Date"], now: midnight - 2 * 3_600_000 });
    const at = await setUp({ rules: { quietHours: { from: "21:00", to: "00:30", zone: "UTC" } } });
    const until = midnight + 30 * 60_000;
    const messages = await go(at, "1");
    await run(messages);
    expect(await sentTo(at.workspace)).toBe(0);
    expect((await user(at.workspace, "u:1").messages({ limit: 1 })).items[0]).toMatchObject({
      status: "held",
      reason: "quiet hours",
      due: until,
    });
    // What was not told yet may wake it before: that changes nothing.
    const alarmAt = () => runInDurableObject(userStub(at.workspace, "u:1"), (_object, state) => state.storage.getAlarm());
    for (let wakes = 0; wakes < 5 && (await alarmAt()) !== until; wakes++) {
      vi.setSystemTime(Math.max((await alarmAt()) ?? Date.now(), Date.now()));
      await runDurableObjectAlarm(userStub(at.workspace, "u:1"));
    }
    expect(await alarmAt()).toBe(until);
    expect(await sentTo(at.workspace)).toBe(0);
    vi.setSystemTime(until);
    await runDurableObjectAlarm(userStub(at.workspace, "u:1"));
    await soon(async () => expect(await sentTo(at.workspace)).toBe(1));
    await soon(async () => expect((await user(at.workspace, "u:1").messages({ limit: 1 })).items[0]).toMatchObject({ status: "sent" }));
    const words = (await factsOf(at.workspace, "1")).flatMap((fact) => (fact.kind === "message" ? [fact.status] : []));
    expect(words).toEqual(["queued", "held", "queued", "claimed", "sent"]);
  });
});
