import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { soon } from "../test/support/workspace.ts";
import { bytesOf, hmac, toBase64 } from "../src/channels/bytes.ts";
import type { Fact } from "../src/domain/user/facts.ts";
import { bindings, fetchWorker, newWorkspace, origin, type TestWorkspace } from "./api/client.test-support.ts";
import { userObject } from "./user-stub.ts";

vi.setConfig({ testTimeout: 240_000 });

const authToken = "twilio-token";
const hookKey = btoa("our own test key, thirty-two byte");
const phone = "+491511234567";
const email = (user: string) => `${user}@example.com`;

/** A message as a provider was handed it. `claimedAs`: its id, which its content says. */
interface Handed {
  readonly at: number;
  readonly channel: "email" | "sms";
  readonly to: string;
  readonly message: string;
  readonly unsubscribe: string;
}
let handed: Handed[] = [];
let latencies: (() => number) | undefined;

/** Plays both providers: takes everything, each a little later or earlier than the one before. */
const provider = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
  const request = new Request(input, init);
  const at = Date.now();
  const body = new TextDecoder().decode(await request.arrayBuffer());
  if (request.url.includes("resend")) {
    const mail = JSON.parse(body) as { to: string[]; subject: string; headers?: Record<string, string> };
    const unsubscribe = /<(https:[^>]+)>/.exec(mail.headers?.["List-Unsubscribe"] ?? "")?.[1] ?? "";
    handed.push({ at, channel: "email", to: mail.to[0] ?? "", message: mail.subject, unsubscribe });
  } else {
    const form = new URLSearchParams(body);
    handed.push({ at, channel: "sms", to: form.get("To") ?? "", message: form.get("Body") ?? "", unsubscribe: "" });
  }
  await new Promise((resolve) => setTimeout(resolve, latencies?.() ?? 0));
  return request.url.includes("resend")
    ? Response.json({ id: `p-${handed.length}` })
    : Response.json({ sid: `SM${handed.length}`, status: "queued" }, { status: 201 });
};
beforeEach(() => {
  handed = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(provider);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const template = (channel: string) => ({
  channel,
  name: channel,
  defaultLocale: "en",
  locales: { en: channel === "email" ? { subject: "{{ message.id }}", html: "<p>Hi</p>" } : { body: "{{ message.id }}" } },
});
const sender = (event: string, channel: string) => ({
  name: event,
  trigger: { type: "event", event },
  frequency: { type: "every-time" },
  start: "send",
  steps: { send: { type: "send", channel, template: channel, topic: "news", next: "done" }, done: { type: "exit" } },
});
const ok = ({ status, body }: { readonly status: number; readonly body: unknown }): void => {
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
};
const track = async ({ writeKey }: TestWorkspace, batch: readonly object[]): Promise<void> => {
  const headers = { authorization: `Bearer ${writeKey}`, "content-type": "application/json" };
  const request = new Request(`${origin}/v1/batch`, { method: "POST", headers, body: JSON.stringify({ batch }) });
  expect((await fetchWorker(request)).status).toBe(200);
};
const post = async (url: string, body: string, headers: Record<string, string>): Promise<void> => {
  const response = await fetchWorker(new Request(url, { method: "POST", body, headers }));
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
};

/** A way to say no: what it forbids, and whether transactional messages too. `first`: the user's first mail. */
interface Way {
  readonly channels: readonly Handed["channel"][];
  readonly isHard: boolean;
  readonly say: (workspace: TestWorkspace, first: Handed) => Promise<void>;
}
const form = { "content-type": "application/x-www-form-urlencoded" };
const ways: Readonly<Record<string, Way>> = {
  "one-click link": {
    channels: ["email", "sms"],
    isHard: false,
    say: async (_workspace, { unsubscribe }) => post(unsubscribe, "List-Unsubscribe=One-Click", form),
  },
  "API, a channel": {
    channels: ["email"],
    isHard: false,
    say: async ({ api }) => ok(await api("PATCH /api/users/ada", { subscriptions: [{ channel: "email", state: "opted-out" }] })),
  },
  "API, all": { channels: ["email", "sms"], isHard: true, say: async ({ api }) => ok(await api("POST /api/users/ada/suppress", {})) },
  "suppression list": {
    channels: ["email"],
    isHard: true,
    say: async ({ api }) => ok(await api("POST /api/suppressions", { items: [{ address: "ADA@example.com" }] })),
  },
  bounce: {
    channels: ["email"],
    isHard: true,
    say: async ({ id, api }, { message }) => {
      const { providerMessageId } = (await api(`GET /api/messages/${message}`)).body as { providerMessageId: string };
      const data = { email_id: providerMessageId, to: [email("ada")], bounce: { type: "Permanent", message: "no such mailbox" } };
      const body = JSON.stringify({ type: "email.bounced", created_at: new Date().toISOString(), data });
      const timestamp = String(Math.floor(Date.now() / 1000));
      const secret = Uint8Array.from(atob(hookKey), (char) => char.charCodeAt(0));
      const signature = toBase64(await hmac("SHA-256", secret, bytesOf(`msg_1.${timestamp}.${body}`)));
      const headers = { "svix-id": "msg_1", "svix-timestamp": timestamp, "svix-signature": `v1,${signature}` };
      await post(`${origin}/hooks/${id}/mail`, body, headers);
    },
  },
  STOP: {
    channels: ["sms"],
    isHard: true,
    say: async ({ id }) => {
      const url = `${origin}/hooks/${id}/texts`;
      const fields = { Body: "Stop", From: phone, MessageSid: "SMin", SmsStatus: "received", To: "+14155550100" };
      const signature = toBase64(await hmac("SHA-1", bytesOf(authToken), url + Object.entries(fields).flat().join("")));
      await post(url, new URLSearchParams(fields).toString(), { ...form, "x-twilio-signature": signature });
    },
  },
};

/** Ada has had one mail, and the others one each; both providers, three journeys and a topic are there. */
const setUp = async () => {
  const workspace = await newWorkspace();
  const { api } = workspace;
  ok(await api("PATCH /api/workspace", { links: { domain: "https://go.example.com" } }));
  const account = { accountSid: `AC${"0".repeat(32)}`, authToken, from: "+14155550100" };
  const mail = { apiKey: "re_key", from: "shop@example.com", webhookSecret: `whsec_${hookKey}` };
  ok(await api("PUT /api/providers/mail", { type: "resend", channel: "email", settings: mail, default: true }));
  ok(await api("PUT /api/providers/texts", { type: "twilio", channel: "sms", settings: account, default: true }));
  // The list is in use: of its very first address, claims that had begun by then know nothing.
  ok(await api("POST /api/suppressions", { items: [{ address: "nobody@example.com" }] }));
  ok(await api("PUT /api/topics/news", { name: "News", channels: ["email", "sms"], default: "opted-in" }));
  for (const channel of ["email", "sms"]) ok(await api(`PUT /api/templates/${channel}`, template(channel)));
  const journeys = {
    mails: sender("Go", "email"),
    texts: sender("Go", "sms"),
    burst: sender("Burst", "email"),
    first: sender("First", "email"),
  };
  for (const [key, journey] of Object.entries(journeys)) {
    ok(await api(`PUT /api/journeys/${key}`, journey));
    ok(await api(`POST /api/journeys/${key}/publish`, { inFlight: "stay" }));
  }
  await track(workspace, [
    { type: "identify", userId: "ada", traits: { email: email("ada"), phone } },
    { type: "track", userId: "ada", event: "First" },
  ]);
  await settled(workspace, 1);
  const [first] = handed;
  if (first === undefined) throw new Error("expected a first mail");
  return { workspace, first };
};

const messagesOf = async ({ api }: TestWorkspace) =>
  (await api("GET /api/messages?user=ada&limit=100&content=false")).body.items as readonly { status: string; reason: string | null }[];
/** Waits until so many messages of Ada's wait for nothing more. */
const settled = (workspace: TestWorkspace, count: number) =>
  soon(async () => {
    const messages = await messagesOf(workspace);
    const waiting = messages.filter(
      ({ status, reason }) => ["queued", "claimed"].includes(status) || (status === "held" && reason !== "quiet hours"),
    );
    expect(waiting).toEqual([]);
    expect(messages).toHaveLength(count);
  });

interface Scene {
  readonly go: number;
  readonly burst: number;
  readonly calls: number;
  readonly others: number;
  readonly way: string;
  /** Said when so many messages have been handed over. */
  readonly after: number;
  readonly latencies: readonly number[];
}
const scene = (way: string) =>
  fc.record({
    go: fc.integer({ min: 1, max: 3 }),
    burst: fc.integer({ min: 1, max: 4 }),
    calls: fc.integer({ min: 1, max: 2 }),
    others: fc.integer({ min: 2, max: 8 }),
    way: fc.constant(way),
    after: fc.nat(12),
    latencies: fc.array(fc.nat(25), { minLength: 3, maxLength: 9 }),
  });

type MessageFact = Extract<Fact, { kind: "message" }> & { readonly number: number };

/** Everything at once. Answers what was handed over after the first mail, Ada's claims, and when the word was accepted. */
const play = async (given: Scene, rules?: object) => {
  handed = [];
  latencies = undefined;
  const { workspace, first } = await setUp();
  const { api } = workspace;
  if (rules !== undefined) ok(await api("PATCH /api/workspace", { rules }));
  handed = [];
  let turn = 0;
  latencies = () => given.latencies[turn++ % given.latencies.length] ?? 0;
  const way = ways[given.way];
  const sending = { isOver: false };
  // In this request's own context: what the queue's consumers begin ends with them.
  const speak = async (): Promise<number | undefined> => {
    while (handed.length < given.after && !sending.isOver) await new Promise((resolve) => setTimeout(resolve, 1));
    await way?.say(workspace, first);
    return way && Date.now();
  };
  const said = speak();
  const transactional = (channel: string, n: number) =>
    api("POST /api/messages", { user: { id: "ada" }, channel, template: channel, data: { n } }).then(ok);
  const burstOf = (user: string) => [
    { type: "identify", userId: user, traits: { email: email(user) } },
    { type: "track", userId: user, event: "Burst" },
  ];
  const says = (event: string, times: number) => Array.from({ length: times }, () => ({ type: "track", userId: "ada", event }));
  const others = Array.from({ length: given.others }, (_, index) => burstOf(`other-${index}`)).flat();
  await Promise.all([
    track(workspace, [...says("Go", given.go), ...others, ...says("Burst", given.burst)]),
    ...Array.from({ length: given.calls }, (_, n) => ["email", "sms"].map((channel) => transactional(channel, n))).flat(),
  ]);
  const wanted = 1 + 2 * given.go + given.burst + 2 * given.calls;
  const isOwn = ({ to }: Handed): boolean => to === email("ada") || to === phone;
  await settled(workspace, wanted);
  if (rules === undefined) await soon(() => expect(handed.filter((one) => !isOwn(one))).toHaveLength(given.others));
  sending.isOver = true;
  const acceptedAt = await said;
  const { items } = await userObject(bindings, workspace.id, "u:ada").timeline({ limit: 500 });
  const facts = items.flatMap((item) => (item.type === "fact" ? [{ ...item.fact, number: item.number }] : []));
  const claims = new Map(
    facts.flatMap((fact) => (fact.kind === "message" && fact.status === "claimed" ? [[fact.message, fact as MessageFact] as const] : [])),
  );
  return { workspace, claims, acceptedAt, own: handed.filter(isOwn), all: handed };
};
const isCall = (claim: MessageFact | undefined): boolean => claim?.journey === undefined;

describe("two journeys, a burst for many users and transactional calls for one user at once, through the queues", () => {
  it.each(Object.keys(ways))(
    "%s, said at any point: nothing that it forbids is claimed once it was accepted, and nothing goes out twice",
    async (name) => {
      const { channels, isHard } = ways[name] as Way;
      await fc.assert(
        fc.asyncProperty(scene(name), async (given) => {
          const { claims, acceptedAt = 0, own, all } = await play(given);
          expect(new Set(all.map(({ message }) => message)).size).toBe(all.length);
          for (const { message, channel } of own) {
            const claim = claims.get(message);
            if (claim === undefined) throw new Error(`${message} went out without a claim`);
            const isForbidden = channels.includes(channel) && (isHard || !isCall(claim));
            if (isForbidden) expect(claim.at).toBeLessThanOrEqual(acceptedAt);
          }
          // What is not forbidden goes out: Ada's other channel, her transactional messages, and everybody else's.
          const calls = own.filter(({ message }) => isCall(claims.get(message)));
          if (!isHard) expect(calls).toHaveLength(2 * given.calls);
          expect(all.length - own.length).toBe(given.others);
        }),
        { numRuns: 3, endOnFailure: true },
      );
    },
  );

  it("the cap holds exactly, whatever is said meanwhile, and the transactional ones pass it", async () => {
    await fc.assert(
      fc.asyncProperty(scene("nothing"), async (given) => {
        const { claims, own, all } = await play(given, {
          caps: [
            { channel: "email", count: 2, per: "PT1H" },
            { count: 4, per: "P1D" },
          ],
        });
        expect(new Set(all.map(({ message }) => message)).size).toBe(all.length);
        const counted = own.filter(({ message }) => !isCall(claims.get(message)));
        const mails = counted.filter(({ channel }) => channel === "email").length;
        expect(mails).toBeLessThanOrEqual(2);
        expect(counted.length).toBeLessThanOrEqual(4);
        expect(own.length - counted.length).toBe(2 * given.calls);
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });

  it("in quiet hours nothing but the transactional ones goes out", async () => {
    const clock = (hours: number): string => `${String((new Date().getUTCHours() + hours + 24) % 24).padStart(2, "0")}:00`;
    const quietHours = { from: clock(-1), to: clock(3), zone: "UTC" };
    await fc.assert(
      fc.asyncProperty(scene("nothing"), async (given) => {
        const { claims, own } = await play(given, { quietHours });
        expect(own.filter(({ message }) => !isCall(claims.get(message)))).toEqual([]);
        expect(own).toHaveLength(2 * given.calls);
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });
});
