import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appServer, newServiceAccount, tokenAt } from "../../src/channels/push/push-kit.ts";
import { startTern, waitFor, type Tern } from "../harness.ts";
import { type PushServices, startPushServices } from "../support/push-services.ts";

interface MessageRow {
  readonly user: string;
  readonly status: string;
  readonly to?: string | null;
  readonly reason?: string | null;
}

let tern: Tern;
let services: PushServices;

beforeAll(async () => {
  const account = await newServiceAccount();
  [tern, services] = await Promise.all([startTern(), startPushServices(account.publicKey)]);
  const serviceAccount = JSON.stringify({ ...(JSON.parse(account.file) as object), token_uri: `${services.url}/token` });
  await tern.api("PUT", "/api/providers/phones", {
    key: "phones",
    type: "fcm",
    channel: "push",
    settings: { serviceAccount },
    baseUrl: services.url,
    default: true,
  });
  await tern.api("PUT", "/api/providers/browsers", {
    key: "browsers",
    type: "web-push",
    channel: "push",
    settings: { ...appServer, subject: "mailto:ops@example.com", services: ["127.0.0.1"] },
  });
  await tern.api("PUT", "/api/templates/shipped", {
    key: "shipped",
    name: "Shipped",
    channel: "push",
    defaultLocale: "en",
    locales: { en: { title: "Shipped, {{ user.name }}", body: "Your order is on its way", link: "https://example.com/orders/1" } },
  });
  await tern.api("PUT", "/api/journeys/shipped", {
    key: "shipped",
    name: "Shipped",
    trigger: { type: "event", event: "Shipped" },
    frequency: { type: "every-time" },
    start: "send",
    steps: { send: { type: "send", channel: "push", template: "shipped", next: "done" }, done: { type: "exit" } },
  });
  await tern.api("POST", "/api/journeys/shipped/publish", { inFlight: "stay" });
});
afterAll(async () => {
  await tern?.stop();
  await services?.close();
});

const messages = async (user: string): Promise<readonly MessageRow[]> => {
  const { items } = (await tern.api("GET", "/api/messages?limit=200")) as { readonly items: readonly MessageRow[] };
  return items.filter((item) => item.user === user);
};

/** A user with these tokens, to whom something is shipped; settled when every message of theirs is. */
const ship = async (user: string, tokens: readonly string[], settled: number): Promise<readonly MessageRow[]> => {
  await tern.track("batch", {
    batch: [
      { type: "identify", userId: user, traits: { name: user } },
      ...tokens.map((token) => ({
        type: "track",
        userId: user,
        event: "App Opened",
        context: { device: { token, type: token.startsWith("{") ? "web" : "android" } },
      })),
      { type: "track", userId: user, event: "Shipped" },
    ],
  });
  return waitFor(async () => {
    const rows = await messages(user);
    return rows.length === settled && rows.every(({ status }) => ["sent", "failed", "skipped"].includes(status)) && rows;
  }, 30_000);
};
const shownTo = (title: string): readonly string[] =>
  services.shown
    .filter((one) => one.title === title)
    .map(({ device }) => device)
    .toSorted();

describe("push, from event to device", () => {
  it("reaches every device once: phones by FCM, browsers encrypted by Web Push", async () => {
    const rows = await ship("ada", ["fcm-1", tokenAt(`${services.url}/push/a`), tokenAt(`${services.url}/push/b`)], 3);
    expect(services.complaints).toEqual([]);
    expect(rows.map(({ status }) => status)).toEqual(["sent", "sent", "sent"]);
    expect(shownTo("Shipped, ada")).toEqual(["/push/a", "/push/b", "fcm-1"]);
    expect(services.grants()).toBe(1);
  });

  it("forgets devices that are gone, and sends to the others", async () => {
    await ship("grace", ["fcm-gone", "fcm-2", tokenAt(`${services.url}/push/gone`)], 3);
    expect(shownTo("Shipped, grace")).toEqual(["fcm-2"]);
    const rows = await ship("grace", [], 4);
    expect(services.complaints).toEqual([]);
    expect(rows.filter(({ to }) => to === "fcm-2")).toHaveLength(2);
    expect(shownTo("Shipped, grace")).toEqual(["fcm-2", "fcm-2"]);
  });

  it("calls nobody for a subscription whose endpoint is no push service", async () => {
    const rows = await ship("mallory", [tokenAt("https://169.254.169.254/latest")], 1);
    expect(rows).toMatchObject([{ status: "failed", reason: expect.stringMatching(/not a known push service/) as string }]);
  });
});
