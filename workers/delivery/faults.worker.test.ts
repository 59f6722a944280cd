import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { emailTemplate, identify, newWorkspace, publish, track, user } from "../../test/support/workspace.ts";
import type { DeliverMessage } from "../../src/api/queue.ts";
import { type ProviderDefinition, resendsUncertain } from "../../src/channels/provider-definition.ts";
import type { HttpCall } from "../../src/channels/provider.ts";
import type { Reply } from "../../src/channels/reply.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import { attemptPorts } from "../deliver.ts";
import { type DeliverPorts, deliverMessage } from "./deliver-message.ts";

/** With an idempotency key, without one, without one at the operator's own risk of losing it, and without one where a repeat is no harm. */
const providers: Readonly<Record<string, ProviderDefinition>> = {
  resend: { key: "mail", type: "resend", channel: "email", settings: { apiKey: "re_secret_key", from: "shop@example.com" } },
  sendgrid: { key: "mail", type: "sendgrid", channel: "email", settings: { apiKey: "SG.secret", from: "shop@example.com" } },
  webhook: { key: "hooks", type: "webhook", channel: "webhook", settings: {}, onUncertain: "give-up" },
  expo: { key: "push", type: "expo", channel: "push", settings: {} },
};
const templates = [
  emailTemplate,
  { key: "note", channel: "push", name: "Note", defaultLocale: "en", locales: { en: { title: "Hi", body: "Hi" } } },
  {
    key: "call",
    channel: "webhook",
    name: "Call",
    defaultLocale: "en",
    locales: { en: { url: "https://hooks.example.com/in", body: "{}" } },
  },
];
const journeyFor = (channel: string) => ({
  key: "sender",
  name: "Sender",
  trigger: { type: "event", event: "Signed Up" },
  frequency: { type: "every-time" },
  start: "send",
  steps: {
    send: { type: "send", channel, template: { email: "hello", webhook: "call" }[channel] ?? "note", next: "done" },
    done: { type: "exit" },
  },
});

/** Where the one who sends dies: nothing after it happens. */
const points = [
  "nowhere",
  "before the claim",
  "after its place",
  "after the claim",
  "before the call",
  "after the provider's yes",
  "before it is paused",
  "before the settle",
  "after the settle",
] as const;
type Point = (typeof points)[number];
/** What else the provider does: it takes the message unless it refuses clearly. */
const behaviours = ["takes it", "refuses for now", "wants its operator", "takes it and is cut off"] as const;
type Behaviour = (typeof behaviours)[number];

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** A provider that remembers idempotency keys where it has them: what it took, by key, and how often. */
class ScriptedProvider {
  /** Messages its users got. */
  readonly taken: string[] = [];
  /** Calls it may have taken whose end nobody was told of. */
  unclear = 0;
  readonly #known = new Set<string>();
  readonly #hasKeys: boolean;
  constructor(hasKeys: boolean) {
    this.#hasKeys = hasKeys;
  }

  answer(call: HttpCall, behaviour: Behaviour): Reply {
    const said = (status: number, body = ""): Reply => ({ kind: "answer", status, headers: {}, body, complete: true, at: Date.now() });
    if (behaviour === "refuses for now") return said(503);
    if (behaviour === "wants its operator") return said(401, '{"name":"invalid_api_key","message":"no"}');
    const key = call.headers["idempotency-key"] ?? "";
    if (!this.#hasKeys || !this.#known.has(key)) this.taken.push(key);
    this.#known.add(key);
    if (behaviour === "takes it and is cut off") return { kind: "lost", detail: "cut" };
    return said(
      call.url.includes("exp.host") ? 200 : 202,
      call.url.includes("exp.host") ? '{"data":[{"status":"ok","id":"p1"}]}' : '{"id":"p1"}',
    );
  }
}

interface Fault {
  readonly point: Point;
  readonly behaviour: Behaviour;
}

const portsWith = (
  definition: ProviderDefinition,
  provider: ScriptedProvider,
  version: number,
  { point, behaviour }: Fault,
): DeliverPorts => ({
  ...attemptPorts(env),
  turn: () => Promise.resolve(() => undefined),
  liveVersion: () => (point === "before the claim" ? never() : Promise.resolve(version)),
  confirmed: () => undefined,
  listed: () => Promise.resolve(undefined),
  askLater: () => Promise.resolve(),
  suppressedAmong: () => Promise.resolve(new Set()),
  room: () => Promise.resolve({ word: { kind: "counted" }, giveBack: () => Promise.resolve() }),
  shardNumber: () => 0,
  misconfigured: () => (point === "before it is paused" ? never() : Promise.resolve()),
  place: async (...request) => {
    const place = await attemptPorts(env).place(...request);
    return point === "after its place" ? never() : place;
  },
  provider: () => (point === "before the call" ? never() : Promise.resolve(definition)),
  call: (call) => {
    const reply = provider.answer(call, behaviour);
    if (isUnclear(point, behaviour)) provider.unclear++;
    return point === "after the provider's yes" ? never() : Promise.resolve(reply);
  },
  object: (workspace, key) => ({
    claim: async (request) => {
      const answer = await user(workspace, key).claim(request);
      return point === "after the claim" ? never() : answer;
    },
    settle: async (request) => {
      if (point === "before the settle") return never();
      const answer = await user(workspace, key).settle(request);
      return point === "after the settle" ? never() : answer;
    },
  }),
});

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: Date.now() }));
afterEach(() => void vi.useRealTimers());

/** Long enough for all that happens in memory; who hangs by then is dead. */
const deadAfterMs = 60;
/** Longer than a lease and than any pause before another attempt. */
const laterMs = 15 * 60_000;
const settledStatuses = ["sent", "failed", "uncertain"];

/** One message whose attempts meet these faults, one after another, then none any more. */
const live = async (definition: ProviderDefinition, faults: readonly Fault[]) => {
  const workspace = await newWorkspace();
  const { channel, type, key } = definition;
  const version = await publish(workspace, {
    journeys: [journeyFor(channel)],
    templates,
    // A rate far above what is sent: places are taken, and nobody waits for one.
    providers: [
      { key, channel, type, default: true, resendUncertain: resendsUncertain(definition), rate: { count: 1_000, perMs: 60_000 } },
    ],
  });
  const provider = new ScriptedProvider(type === "resend");
  const at: UserKey = "u:1";
  const { deliver } = await user(workspace, at).apply({
    catalog: version,
    events: [
      identify("1", { email: "1@example.com" }, { context: { device: { token: "ExponentPushToken[1]", type: "ios" } } }),
      track("1", "Signed Up"),
    ],
  });
  const message: DeliverMessage = { workspace, user: at, message: deliver[0]?.message ?? "" };
  const statusNow = async () => (await user(workspace, at).messages({ limit: 1 })).items[0]?.status ?? "";
  for (const fault of [...faults, ...Array.from({ length: 4 }, (): Fault => ({ point: "nowhere", behaviour: "takes it" }))]) {
    // The queue brings messages twice: whoever comes second finds it claimed.
    const copies = [fault, fault].map((one) => deliverMessage(message, portsWith(definition, provider, version, one)));
    await Promise.race([
      Promise.all(copies),
      new Promise((resolve) => setTimeout(resolve, fault.point === "nowhere" ? 5_000 : deadAfterMs)),
    ]);
    if (settledStatuses.includes(await statusNow())) break;
    vi.setSystemTime(Date.now() + laterMs);
    await user(workspace, at).stimulate({ catalog: version, stimuli: [{ type: "tick" }] });
  }
  return { taken: provider.taken.length, unclear: provider.unclear, status: await statusNow() };
};

const again: Fault = { point: "after the provider's yes", behaviour: "takes it" };
const pairs = points.flatMap((point) =>
  behaviours.flatMap((behaviour): readonly (readonly Fault[])[] => [[{ point, behaviour }], [{ point, behaviour }, again]]),
);
const name = (faults: readonly Fault[]): string => faults.map(({ point, behaviour }) => `${behaviour}, dies ${point}`).join("; then ");

/** May the provider have taken what nobody was told of? */
const isUnclear = (point: Point, behaviour: Behaviour): boolean =>
  behaviour === "takes it and is cut off" ||
  (behaviour === "takes it" && ["after the provider's yes", "before the settle"].includes(point));

describe("faults at every point between claim and settle", () => {
  it("with an idempotency key: none lost, none doubled", { timeout: 120_000 }, async () => {
    const ends: Record<string, unknown> = {};
    for (const faults of pairs) {
      const { taken, status } = await live(providers["resend"] as ProviderDefinition, faults);
      ends[name(faults)] = { taken, status };
    }
    expect(ends).toEqual(Object.fromEntries(pairs.map((faults) => [name(faults), { taken: 1, status: "sent" }])));
  });

  it.each(["sendgrid", "webhook"])(
    "%s, without one: none doubled, and what may be lost is `uncertain`, and nothing else",
    { timeout: 120_000 },
    async (type) => {
      const count = { sent: 0, uncertain: 0 };
      // A customer's endpoint has no operator of ours: its 401 is a refusal.
      const met = type === "webhook" ? pairs.filter(([first]) => first?.behaviour !== "wants its operator") : pairs;
      for (const faults of met) {
        const { taken, status } = await live(providers[type] as ProviderDefinition, faults);
        expect([name(faults), taken <= 1]).toEqual([name(faults), true]);
        if (status === "sent") {
          count.sent++;
          expect([name(faults), taken]).toEqual([name(faults), 1]);
        } else {
          count.uncertain++;
          expect([name(faults), status]).toEqual([name(faults), "uncertain"]);
        }
      }
      expect(count.sent).toBeGreaterThan(0);
      expect(count.uncertain).toBeGreaterThan(0);
      expect(count.sent + count.uncertain).toBe(met.length);
    },
  );

  it(
    "expo, where a repeat takes its own place on the device: none lost, and each repeat comes of an attempt nobody knows the end of",
    { timeout: 120_000 },
    async () => {
      let repeats = 0;
      for (const faults of pairs) {
        const { taken, unclear, status } = await live(providers["expo"] as ProviderDefinition, faults);
        expect([name(faults), status, taken >= 1, taken - 1 <= unclear]).toEqual([name(faults), "sent", true, true]);
        repeats += taken - 1;
      }
      expect(repeats).toBeGreaterThan(0);
    },
  );
});
