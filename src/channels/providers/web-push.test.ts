import { describe, expect, it } from "vitest";
import type { HttpCall } from "../provider.ts";
import { answered, appServer, browser, decryptPush, keyPair, portsAt, pushTo, tokenAt, verifiedClaims } from "../push/push-kit.ts";
import { Unprepared } from "../unprepared.ts";
import { webPush } from "./web-push.ts";

const settings = { ...appServer, subject: "mailto:ops@example.com" };
const now = Date.parse("2026-03-05T10:00:00Z");
const message = pushTo(browser.token, { link: "https://example.com/o/1", badge: 2, collapseKey: "order" });
const finished = async (given = portsAt(now), sending = message): Promise<HttpCall> => {
  const call = await webPush.authorize?.(webPush.request(sending, settings, ""), settings, given.ports, sending);
  if (!call) throw new Error("expected a call");
  return call;
};
const bytesOf = ({ body }: HttpCall) => {
  if (!(body instanceof Uint8Array)) throw new Error("expected bytes");
  return body;
};

describe("web push request", () => {
  it("goes to the subscription's endpoint with TTL, urgency and topic", () => {
    const { method, url, headers } = webPush.request(message, settings, "");
    expect([method, url]).toEqual(["POST", "https://updates.push.services.mozilla.com/wpush/v2/gAAAAAB"]);
    expect(headers).toMatchObject({ ttl: "2419200", urgency: "high", topic: "order", "content-encoding": "aes128gcm" });
    expect(webPush.request(pushTo(browser.token, { ttl: 0 }), settings, "").headers).toMatchObject({ ttl: "0" });
  });

  it("a collapse key that is no topic becomes one; without one nothing pending is replaced", () => {
    const topicOf = (collapseKey: string) => webPush.request(pushTo(browser.token, { collapseKey }), settings, "").headers["topic"];
    expect(topicOf("Bestellung Nr. 1 – Grüße")).toMatch(/^[A-Za-z0-9_-]{1,32}$/);
    expect(topicOf("x".repeat(33))).toMatch(/^[A-Za-z0-9_-]{1,32}$/);
    expect(webPush.request(pushTo(browser.token), settings, "").headers).not.toHaveProperty("topic");
  });

  it("is encrypted so that only the browser reads it, what a service worker shows included", async () => {
    const body = bytesOf(await finished());
    expect(new TextDecoder().decode(body)).not.toContain("order");
    expect(JSON.parse(await decryptPush(body))).toEqual({
      web_push: 8030,
      notification: {
        title: "Hello",
        navigate: "https://example.com/o/1",
        body: "Your order is on its way",
        tag: "order",
        data: { tern: "w1-0-m0abc", link: "https://example.com/o/1" },
      },
      app_badge: 2,
    });
  });

  it("a message that is sent again takes its own place", async () => {
    const body = bytesOf(await finished(portsAt(now), pushTo(browser.token)));
    expect(JSON.parse(await decryptPush(body))).toMatchObject({ notification: { tag: "m0abc" } });
  });

  it("says who sends by a token for the push service's origin, kept per origin (RFC 8292)", async () => {
    const given = portsAt(now);
    const [, token = "", key] = /^vapid t=([^,]+), k=(.+)$/.exec((await finished(given)).headers["authorization"] ?? "") ?? [];
    expect(key).toBe(appServer.publicKey);
    const { publicKey } = await keyPair(appServer.publicKey, appServer.privateKey, "ECDSA");
    expect(await verifiedClaims(token, publicKey)).toEqual({
      aud: "https://updates.push.services.mozilla.com",
      exp: now / 1000 + 12 * 3_600,
      sub: "mailto:ops@example.com",
    });
    expect(given.cached).toEqual([`vapid:${appServer.publicKey}:https://updates.push.services.mozilla.com`]);
  });
});

const refusalOf = (token: string, given = settings): unknown => {
  try {
    return webPush.request(pushTo(token), given, "").url;
  } catch (problem) {
    return problem instanceof Unprepared ? problem.outcome.kind : problem;
  }
};

describe("web push tokens", () => {
  it.each([
    ["a token of another service", "fcm-token"],
    ["JSON of another kind", '{"endpoint":1}'],
    ["keys left out", '{"endpoint":"https://web.push.apple.com/x"}'],
    ["a plain address", tokenAt("http://web.push.apple.com/x")],
    ["a host that is no push service", tokenAt("https://example.com/x")],
    ["a host that only looks like one", tokenAt("https://evil-push.apple.com.example.com/x")],
    ["the metadata service", tokenAt("https://169.254.169.254/x")],
    ["this machine", tokenAt("http://127.0.0.1:80/x")],
  ])("cannot be reached: %s", (_, token) => {
    expect(refusalOf(token)).toBe("unreachable");
  });

  it.each([
    "https://fcm.googleapis.com/fcm/send/x",
    "https://web.push.apple.com/x",
    "https://wns2-by3p.notify.windows.com/w/?token=x",
    "https://push.services.mozilla.com/wpush/x",
  ])("are taken from %s", (endpoint) => {
    expect(refusalOf(tokenAt(endpoint))).toBe(endpoint);
  });

  it("an operator may add a push service", () => {
    expect(refusalOf(tokenAt("https://ntfy.example.com/x"), { ...settings, services: ["ntfy.example.com"] } as typeof settings)).toBe(
      "https://ntfy.example.com/x",
    );
  });

  it("a key that is no point on the curve is that subscription's fault alone", async () => {
    const keys = { p256dh: `BA${"A".repeat(85)}`, auth: "BTBZMqHH6r4Tts7J_aSIgg" };
    const token = JSON.stringify({ endpoint: "https://web.push.apple.com/x", keys });
    await expect(finished(portsAt(now), pushTo(token))).rejects.toMatchObject({ outcome: { kind: "unreachable" } });
  });

  it("a message too long for Web Push is refused before it is sent, and the subscription stays", async () => {
    await expect(finished(portsAt(now), pushTo(browser.token, { body: "x".repeat(4_000) }))).rejects.toMatchObject({
      outcome: { kind: "rejected" },
    });
  });
});

describe("web push outcome", () => {
  it.each([
    [
      answered(201, "", { location: "https://push.example.net/message/1" }),
      { kind: "accepted", providerMessageId: "https://push.example.net/message/1" },
    ],
    [answered(404), { kind: "unreachable" }],
    [answered(410), { kind: "unreachable" }],
    [answered(413), { kind: "rejected" }],
    [answered(400), { kind: "rejected" }],
    [answered(403), { kind: "misconfigured" }],
    // A visitor's subscription made with another key must not pause the provider for everybody.
    [answered(403, { reason: "VapidPkHashMismatch" }), { kind: "rejected" }],
    [
      answered(
        403,
        "the VAPID credentials in the authorization header do not correspond to the credentials used to create the subscriptions.",
      ),
      { kind: "rejected" },
    ],
    [answered(429, "", { "retry-after": "7" }), { kind: "retry", retryAfterMs: 7_000 }],
    [{ kind: "blocked", detail: "not public" } as const, { kind: "unreachable" }],
  ])("%#", (reply, outcome) => {
    expect(webPush.outcome(reply)).toMatchObject(outcome);
  });
});
