import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTern, waitFor, type Tern } from "../harness.ts";
import { type Sink, startSink } from "../sink.ts";
import { type FakeResend, startFakeResend } from "../support/fake-resend.ts";

const apiKey = "re_test_key";
const people = ["plain", "limited", "broken", "blank", "cut", "busy", "slow", "silent", "refused"];
/** Two tries, 10 s apart, of which one waits 10 s for an answer that never comes. */
const allSettledMs = 45_000;

interface MessageRow {
  readonly user: string;
  readonly status: string;
  readonly reason?: string | null;
  readonly channel: string;
}

let tern: Tern;
let resend: FakeResend;
let sink: Sink;
/** A port where nobody listens. */
let closedPort = 0;

const journey = (key: string, event: string, channel: string) => ({
  key,
  name: key,
  trigger: { type: "event", event },
  frequency: { type: "every-time" },
  start: "send",
  steps: { send: { type: "send", channel, template: key, next: "done" }, done: { type: "exit" } },
});
const publish = async (key: string, event: string, template: Record<string, unknown>) => {
  await tern.api("PUT", `/api/templates/${key}`, { key, name: key, defaultLocale: "en", ...template });
  await tern.api("PUT", `/api/journeys/${key}`, journey(key, event, String(template["channel"])));
  await tern.api("POST", `/api/journeys/${key}/publish`, { inFlight: "stay" });
};
const messages = async (channel: string): Promise<readonly MessageRow[]> => {
  const { items } = (await tern.api("GET", "/api/messages?limit=200")) as { readonly items: readonly MessageRow[] };
  return items.filter((item) => item.channel === channel);
};
const byUser = (rows: readonly MessageRow[]) => Object.fromEntries(rows.map((row) => [row.user, row]));

beforeAll(async () => {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const address = probe.address();
  closedPort = typeof address === "object" && address ? address.port : 0;
  await new Promise((resolve) => probe.close(resolve));
  [tern, resend, sink] = await Promise.all([
    startTern(),
    startFakeResend(apiKey),
    startSink(({ path }) => ({ status: path === "/gone" ? 410 : 204, body: "" })),
  ]);
  await tern.api("PUT", "/api/providers/mail", {
    key: "mail",
    type: "resend",
    channel: "email",
    settings: { apiKey, from: "Shop <shop@example.com>" },
    baseUrl: resend.url,
    default: true,
  });
  await tern.api("PUT", "/api/providers/hooks", {
    key: "hooks",
    type: "webhook",
    channel: "webhook",
    settings: { headers: { authorization: "Bearer hook-secret" }, hosts: ["127.0.0.1", "169.254.169.254"] },
    default: true,
  });
  await publish("greeting", "Signed Up", {
    channel: "email",
    locales: { en: { subject: "Hello {{ user.name }}", html: "<p>Hello {{ user.name }}</p>" } },
  });
  await publish("call", "Ordered", {
    channel: "webhook",
    locales: {
      en: {
        url: "{{ trigger.properties.url }}",
        headers: { "X-User": "{{ user.id }}" },
        body: '{"order": {{ trigger.properties.order | json }}}',
      },
    },
  });
});
afterAll(async () => {
  await tern?.stop();
  await resend?.close();
  await sink?.close();
});

describe("email by Resend, with faults", () => {
  it("sends each mail exactly once, whatever goes wrong on the way", { timeout: 90_000 }, async () => {
    await tern.track("batch", {
      batch: people.flatMap((name) => [
        { type: "identify", userId: name, traits: { name, email: `${name}@example.com` } },
        { type: "track", userId: name, event: "Signed Up" },
      ]),
    });
    const settled = await waitFor(async () => {
      const rows = await messages("email");
      return rows.length === people.length && rows.every(({ status }) => status === "sent" || status === "failed") && rows;
    }, allSettledMs);

    const ends = byUser(settled);
    for (const name of people) expect([name, ends[name]?.status]).toEqual([name, name === "refused" ? "failed" : "sent"]);
    expect(ends["refused"]?.reason).toContain("validation_error");
    // The fake saw nothing that the documentation does not allow; the same key always came with the same bytes.
    expect(resend.complaints).toEqual([]);
    const sentTo = resend.sent.map(({ to }) => to.replace("@example.com", ""));
    expect(sentTo).toHaveLength(people.length - 1);
    expect(new Set(sentTo)).toEqual(new Set(people.filter((name) => name !== "refused")));
    expect(resend.sent[0]?.subject).toMatch(/^Hello \w+$/);
    const triesOf = (name: string) => resend.requests.filter(({ to }) => to === `${name}@example.com`);
    for (const name of people) expect([name, triesOf(name).length]).toEqual([name, ["plain", "slow", "refused"].includes(name) ? 1 : 2]);
    for (const name of people) expect(new Set(triesOf(name).map(({ key, hash }) => `${key} ${hash}`)).size).toBe(1);
    // Retry-After was honoured.
    const [first, second] = triesOf("limited");
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(1_000);
  });
});

describe("webhooks", () => {
  it("sends what the template says, with the provider's credentials and the message id as key", async () => {
    await tern.track("track", { userId: "w1", event: "Ordered", properties: { url: `${sink.url}/orders`, order: 'a "b"' } });
    const call = await waitFor(() => sink.calls.find(({ path }) => path === "/orders"));
    expect(call).toMatchObject({ method: "POST", body: '{"order": "a \\"b\\""}' });
    expect(call.headers).toMatchObject({
      authorization: "Bearer hook-secret",
      "x-user": "w1",
      "content-type": "application/json",
      "idempotency-key": expect.stringMatching(/^m/),
    });
    await waitFor(async () => byUser(await messages("webhook"))["w1"]?.status === "sent");
  });

  it("fails for good on a clear no, and never calls inside the network", async () => {
    await tern.track("track", { userId: "w2", event: "Ordered", properties: { url: `${sink.url}/gone`, order: 1 } });
    await tern.track("track", { userId: "w3", event: "Ordered", properties: { url: "http://169.254.169.254/latest", order: 1 } });
    const ends = await waitFor(async () => {
      const rows = byUser(await messages("webhook"));
      return rows["w2"]?.status === "failed" && rows["w3"]?.status === "failed" && rows;
    });
    expect(ends["w2"]?.reason).toContain("410");
    expect(ends["w3"]?.reason).toContain("not a public address");
  });

  it("holds what nobody took, and gives up what somebody may have taken", async () => {
    const cutting = createServer((socket) => socket.on("error", () => undefined).once("data", () => socket.destroy()));
    await new Promise<void>((resolve) => cutting.listen(0, "127.0.0.1", resolve));
    const address = cutting.address();
    const cutPort = typeof address === "object" && address ? address.port : 0;
    await tern.track("track", { userId: "w4", event: "Ordered", properties: { url: `http://127.0.0.1:${closedPort}/`, order: 1 } });
    await tern.track("track", { userId: "w5", event: "Ordered", properties: { url: `http://127.0.0.1:${cutPort}/`, order: 1 } });
    const ends = await waitFor(async () => {
      const rows = byUser(await messages("webhook"));
      return rows["w4"]?.status === "held" && rows["w5"]?.status === "uncertain" && rows;
    });
    cutting.close();
    expect(ends["w4"]?.reason).toBe("connection refused");
  });

  it("fails a message whose variable is missing, before anything is sent", async () => {
    await tern.track("track", { userId: "w6", event: "Ordered", properties: { order: 1 } });
    const row = await waitFor(async () => {
      const found = byUser(await messages("webhook"))["w6"];
      return found?.status === "failed" && found;
    });
    expect(row.reason).toBe("missing variable trigger.properties.url in url, line 1");
  });
});
