import { describe, expect, it } from "vitest";
import type { HttpCall } from "../provider.ts";
import { answered, newServiceAccount, portsAt, pushTo, verifiedClaims } from "../push/push-kit.ts";
import { Unprepared } from "../unprepared.ts";
import { fcm } from "./fcm.ts";

const { file, publicKey } = await newServiceAccount();
const settings = { serviceAccount: file };
const now = Date.parse("2026-03-05T10:00:00Z");
const request = (...[content]: Parameters<typeof pushTo> extends [string, ...infer Rest] ? Rest : never): HttpCall =>
  fcm.request(pushTo("token-1", content), settings, fcm.baseUrl ?? "");
const messageOf = (call: HttpCall): Record<string, unknown> =>
  (JSON.parse(String(call.body)) as { message: Record<string, unknown> }).message;
const authorize = (call: HttpCall, { ports }: ReturnType<typeof portsAt>) => fcm.authorize?.(call, settings, ports, pushTo("token-1"));

describe("fcm request", () => {
  it("goes to the project of the key file, to one token, with what Android, iOS and browsers need", () => {
    const call = request({ image: "https://example.com/a.png", link: "https://example.com/o/1", ttl: 60, badge: 3, collapseKey: "order" });
    expect(call.url).toBe("https://fcm.googleapis.com/v1/projects/shop-1234/messages:send");
    expect(messageOf(call)).toMatchObject({
      token: "token-1",
      notification: { title: "Hello", body: "Your order is on its way", image: "https://example.com/a.png" },
      data: { tern: "w1-0-m0abc", link: "https://example.com/o/1" },
      android: { priority: "HIGH", ttl: "60s", collapse_key: "order", notification: { tag: "order", notification_count: 3 } },
      apns: {
        headers: { "apns-collapse-id": "order", "apns-push-type": "alert" },
        payload: { aps: { badge: 3, "mutable-content": 1 } },
        fcm_options: { image: "https://example.com/a.png" },
      },
      webpush: { headers: { TTL: "60" }, fcm_options: { link: "https://example.com/o/1" } },
    });
  });

  it("a message that is sent again takes its own place on the device, and takes none of a device's four collapse keys", () => {
    const { android, apns } = messageOf(request()) as Record<string, { headers: object; notification: object }>;
    expect(android?.notification).toMatchObject({ tag: "m0abc" });
    expect(android).not.toHaveProperty("collapse_key");
    expect(apns?.headers).toMatchObject({ "apns-collapse-id": "m0abc" });
  });

  it("names no sound where none is wanted: a name that is no file would play the device's own", () => {
    const silent = JSON.stringify(messageOf(request({ sound: "none" })));
    expect(silent).not.toMatch(/sound/);
    expect(JSON.stringify(messageOf(request({ sound: "chime.caf" })))).toMatch(/"aps":\{.*"sound":"chime.caf"/);
  });

  it("leaves out what FCM would refuse the whole message for", () => {
    const { data, webpush } = messageOf(request({ link: "shop://orders/1", data: { from: "x", "google.a": "y", order: "1" } }));
    expect(data).toEqual({ order: "1", tern: "w1-0-m0abc", link: "shop://orders/1" });
    expect(webpush).not.toHaveProperty("fcm_options");
  });
});

describe("fcm authorize", () => {
  it("gets an access token by a JWT that the service account signed, and keeps it for its life", async () => {
    const given = portsAt(now, () => answered(200, { access_token: "ya29.token", expires_in: 3_599, token_type: "Bearer" }));
    const call = await authorize(request(), given);
    expect(call?.headers["authorization"]).toBe("Bearer ya29.token");
    const [grant] = given.calls;
    expect([grant?.method, grant?.url]).toEqual(["POST", "https://oauth2.googleapis.com/token"]);
    const form = new URLSearchParams(String(grant?.body));
    expect(form.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
    expect(await verifiedClaims(form.get("assertion") ?? "", publicKey)).toEqual({
      iss: "push@shop-1234.iam.gserviceaccount.com",
      scope: "https://www.googleapis.com/auth/firebase.messaging",
      aud: "https://oauth2.googleapis.com/token",
      iat: now / 1000,
      exp: now / 1000 + 3_600,
    });
  });

  it.each([
    [60, String(now / 1000 + 60)],
    [0, "0"],
    [undefined, undefined],
  ])("tells Apple of a life of %s s as an instant: %s", async (ttl, expiration) => {
    const given = portsAt(now, () => answered(200, { access_token: "t" }));
    const call = await authorize(request(ttl === undefined ? {} : { ttl }), given);
    const { apns } = messageOf(call ?? request()) as { apns: { headers: Record<string, string> } };
    expect(apns.headers["apns-expiration"]).toBe(expiration);
  });

  it.each([
    ["no connection", { kind: "no-connection", detail: "refused" }, "retry"],
    ["a cut connection", { kind: "lost", detail: "cut" }, "retry"],
    ["503", answered(503), "retry"],
    ["400 invalid_grant", answered(400, { error: "invalid_grant" }), "misconfigured"],
    ["200 without a token", answered(200, {}), "misconfigured"],
  ] as const)("without a token nothing was sent: %s is %s", async (_, reply, kind) => {
    const failed = await authorize(
      request(),
      portsAt(now, () => reply),
    )?.catch((problem: unknown) => problem);
    expect(failed).toBeInstanceOf(Unprepared);
    expect(failed).toMatchObject({ outcome: { kind } });
  });
});

const fcmError = (status: number, code: string, more: readonly object[] = [], message = code) =>
  answered(status, {
    error: {
      code: status,
      message,
      status: code,
      details: [{ "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", errorCode: code }, ...more],
    },
  });
const violation = (field: string) => ({
  "@type": "type.googleapis.com/google.rpc.BadRequest",
  fieldViolations: [{ field, description: "Invalid value" }],
});

describe("fcm outcome", () => {
  it.each([
    [fcmError(404, "UNREGISTERED"), "unreachable"],
    [fcmError(403, "SENDER_ID_MISMATCH"), "unreachable"],
    [fcmError(400, "INVALID_ARGUMENT", [], "The registration token is not a valid FCM registration token"), "unreachable"],
    [fcmError(400, "INVALID_ARGUMENT", [violation("message.token")]), "unreachable"],
    [fcmError(401, "THIRD_PARTY_AUTH_ERROR"), "misconfigured"],
    [fcmError(503, "UNAVAILABLE"), "retry"],
    [fcmError(500, "INTERNAL"), "retry"],
  ])("reads FcmError: %#", (reply, kind) => {
    expect(fcm.outcome(reply).kind).toBe(kind);
  });

  it("a fault of the message is not taken for a dead token: nobody's devices go for a bad template", () => {
    const bad = {
      error: { code: 400, status: "INVALID_ARGUMENT", message: "Invalid value", details: [violation("message.data[0].value")] },
    };
    expect(fcm.outcome(answered(400, bad)).kind).toBe("rejected");
    expect(fcm.outcome(fcmError(400, "INVALID_ARGUMENT", [violation("message.android.ttl")])).kind).toBe("rejected");
    expect(fcm.outcome(fcmError(400, "INVALID_ARGUMENT", [{ "@type": "type.googleapis.com/google.rpc.BadRequest" }])).kind).toBe(
      "rejected",
    );
  });

  it.each(["Android message is too big", "Request contains an invalid argument.", "Invalid value at 'message.android.ttl'", ""])(
    "a message that FCM does not take removes nobody's device, also where it names no field: %j",
    (message) => expect(fcm.outcome(fcmError(400, "INVALID_ARGUMENT", [], message)).kind).toBe("rejected"),
  );

  it("waits for a quota a minute at least, or as long as FCM says", () => {
    expect(fcm.outcome(fcmError(429, "QUOTA_EXCEEDED"))).toMatchObject({ kind: "retry", retryAfterMs: 60_000 });
    const told = { ...fcmError(429, "QUOTA_EXCEEDED"), headers: { "retry-after": "120" } };
    expect(fcm.outcome(told)).toMatchObject({ kind: "retry", retryAfterMs: 120_000 });
  });

  it("keeps the name FCM gave the message", () => {
    expect(fcm.outcome(answered(200, { name: "projects/shop-1234/messages/0:1" }))).toEqual({
      kind: "accepted",
      providerMessageId: "projects/shop-1234/messages/0:1",
    });
  });
});

describe("fcm settings", () => {
  it.each([
    ["not JSON", "{"],
    ["another kind of key", JSON.stringify({ type: "authorized_user" })],
    ["no private key", JSON.stringify({ ...(JSON.parse(file) as object), private_key: "x" })],
    ["a token's address without TLS", JSON.stringify({ ...(JSON.parse(file) as object), token_uri: "http://oauth2.example.com/token" })],
    ["a project that would change the address", JSON.stringify({ ...(JSON.parse(file) as object), project_id: "a/b" })],
  ])("refuse %s", (_, serviceAccount) => {
    expect(fcm.settings.safeParse({ serviceAccount }).success).toBe(false);
  });
});
