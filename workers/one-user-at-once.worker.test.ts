import { env } from "cloudflare:workers";
import { createExecutionContext, createMessageBatch } from "cloudflare:test";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { emailTemplate, identify, newWorkspace, publish, track, user } from "../test/support/workspace.ts";
import type { DeliverMessage } from "../src/api/queue.ts";
import type { ProviderDefinition } from "../src/channels/provider-definition.ts";
import { hashText } from "../src/domain/hash.ts";
import type { Fact } from "../src/domain/user/facts.ts";
import type { Stimulus } from "../src/domain/user/stimulus.ts";
import { deliver } from "./deliver.ts";
import type { Env } from "./env.ts";
import { storeProvider } from "./api/store-provider.ts";

const mail: ProviderDefinition = {
  key: "mail",
  type: "resend",
  channel: "email",
  settings: { apiKey: "re_secret_key", from: "shop@example.com" },
};
const sender = (key: string, event: string, send: object = {}) => ({
  key,
  name: key,
  trigger: { type: "event", event },
  frequency: { type: "every-time" },
  start: "mail",
  steps: { mail: { type: "send", channel: "email", template: "hello", topic: "news", next: "done", ...send }, done: { type: "exit" } },
});
/** Two journeys that the same event starts, a burst, and what a transactional call makes. */
const journeys = [
  sender("one", "Go"),
  sender("two", "Go"),
  sender("burst", "Burst"),
  sender("call", "Reset", { transactional: true, topic: undefined }),
].map((journey) => JSON.parse(JSON.stringify(journey)) as unknown);
const quiet = { sendBatch: () => Promise.resolve() };
const testEnv = { ...env, DELIVER_EMAIL: quiet } as unknown as Env; // of a queue, only sendBatch is used

const fetched = vi.fn<typeof fetch>();
beforeEach(() => {
  // By turns quick and slow, so that answers come in another order than claims.
  let calls = 0;
  fetched.mockReset().mockImplementation(async () => {
    await new Promise((resolve) => setTimeout(resolve, calls++ % 3));
    return Response.json({ id: "p1" });
  });
  vi.spyOn(globalThis, "fetch").mockImplementation(fetched);
});
afterEach(() => void vi.restoreAllMocks());

type Interruption = "unsubscribe" | "suppress" | "nothing";
const stimulusOf: Readonly<Record<Exclude<Interruption, "nothing">, Stimulus>> = {
  unsubscribe: { type: "subscription", id: "s1", topic: "news", state: "opted-out" },
  suppress: { type: "suppress", channel: "email", reason: "complained" },
};

interface Scene {
  readonly rules?: object;
  readonly go: number;
  readonly burst: number;
  readonly calls: number;
  readonly interruption: Interruption;
  /** After how many of the invocations that send have begun. */
  readonly after: number;
  readonly seed: number;
}

/** Everything at once for one user. Answers what happened, in the order the user's object decided it. */
const play = async ({ rules, go, burst, calls, interruption, after, seed }: Scene) => {
  const workspace = await newWorkspace();
  const { body, sealed } = await storeProvider(testEnv, workspace, mail);
  await env.DB.prepare(
    "INSERT INTO definitions (workspace, kind, key, body, etag, sealed, created_at, updated_at) VALUES (?, 'provider', 'mail', ?, '', ?, 0, 0)",
  )
    .bind(workspace, body, sealed)
    .run();
  const version = await publish(workspace, {
    journeys,
    templates: [emailTemplate],
    ...(rules && { rules }),
    providers: [{ key: "mail", channel: "email", type: "resend", default: true, resendUncertain: true }],
  });
  const events = [
    identify("1", { email: "1@example.com" }),
    ...Array.from({ length: go }, () => track("1", "Go")),
    ...Array.from({ length: burst }, () => track("1", "Burst")),
    ...Array.from({ length: calls }, () => track("1", "Reset")),
  ];
  const answer = await user(workspace, "u:1").apply({ catalog: version, events });
  const bodies = answer.deliver.map(({ message }): DeliverMessage => ({ workspace, user: "u:1", message }));
  const shuffled = bodies.toSorted((a, b) => hashText(`${seed}|${a.message}`).localeCompare(hashText(`${seed}|${b.message}`)));
  // Each message twice, in several invocations that run side by side.
  const parts = [shuffled.slice(0, 3), shuffled.slice(3), shuffled];
  const work = parts.flatMap((part, index) => {
    const messages = part.map((one, place) => ({ id: `q${index}-${place}`, timestamp: new Date(), attempts: 1, body: one }));
    const sending = deliver(createMessageBatch("tern-deliver-email", messages), testEnv, createExecutionContext());
    if (index !== after || interruption === "nothing") return [sending];
    return [sending, user(workspace, "u:1").stimulate({ catalog: version, stimuli: [stimulusOf[interruption]] })];
  });
  await Promise.all(work);
  const { items } = await user(workspace, "u:1").timeline({ limit: 500 });
  const facts = items.flatMap((item) => (item.type === "fact" ? [item] : [])).toSorted((a, b) => a.number - b.number);
  return facts.map(({ fact }) => fact);
};

const claimsOf = (facts: readonly Fact[]) => facts.flatMap((fact) => (fact.kind === "message" && fact.status === "claimed" ? [fact] : []));
const isCall = (fact: Extract<Fact, { kind: "message" }>): boolean => fact.journey === "call";

const scene = fc.record({
  go: fc.integer({ min: 1, max: 3 }),
  burst: fc.integer({ min: 1, max: 5 }),
  calls: fc.integer({ min: 1, max: 2 }),
  interruption: fc.constantFrom<Interruption>("unsubscribe", "suppress", "nothing"),
  after: fc.integer({ min: 0, max: 2 }),
  seed: fc.integer({ min: 1, max: 9_000 }),
});
const runs = { numRuns: 12 };

describe("two journeys, a burst and a transactional call for one user at once", () => {
  it("each is sent once, and after an unsubscribe or a suppression nothing is claimed that it forbids", async () => {
    await fc.assert(
      fc.asyncProperty(scene, async (given) => {
        fetched.mockClear();
        const facts = await play(given);
        const claims = claimsOf(facts);
        expect(new Set(claims.map(({ message }) => message)).size).toBe(claims.length);
        expect(fetched).toHaveBeenCalledTimes(claims.length);
        const from = facts.findIndex(({ kind }) => kind === "subscription" || kind === "suppressed");
        const late = from === -1 ? [] : claimsOf(facts.slice(from));
        // Transactional messages pass an opt-out, never a suppression.
        expect(late.filter((claim) => given.interruption === "suppress" || !isCall(claim))).toEqual([]);
        if (given.interruption !== "suppress") expect(claims.filter(isCall)).toHaveLength(given.calls);
      }),
      runs,
    );
  });

  it("the cap holds exactly, and the transactional ones pass it", async () => {
    await fc.assert(
      fc.asyncProperty(scene, async (given) => {
        const facts = await play({ ...given, interruption: "nothing", rules: { caps: [{ channel: "email", count: 2, per: "P1D" }] } });
        const claims = claimsOf(facts);
        expect(claims.filter((claim) => !isCall(claim))).toHaveLength(Math.min(2, 2 * given.go + given.burst));
        expect(claims.filter(isCall)).toHaveLength(given.calls);
      }),
      runs,
    );
  });

  it("in quiet hours all but the transactional ones are held", async () => {
    const now = new Date();
    const clock = (hours: number): string => `${String((now.getUTCHours() + hours + 24) % 24).padStart(2, "0")}:00`;
    const rules = { quietHours: { from: clock(-1), to: clock(2), zone: "UTC" } };
    await fc.assert(
      fc.asyncProperty(scene, async (given) => {
        const facts = await play({ ...given, interruption: "nothing", rules });
        expect(claimsOf(facts).filter((claim) => !isCall(claim))).toEqual([]);
        expect(claimsOf(facts)).toHaveLength(given.calls);
        const held = facts.flatMap((fact) => (fact.kind === "message" && fact.status === "held" ? [fact.message] : []));
        expect(new Set(held).size).toBe(2 * given.go + given.burst);
      }),
      runs,
    );
  });
});
