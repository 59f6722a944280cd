import { describe, expect, it } from "vitest";
import { answered, pushTo } from "../push/push-kit.ts";
import { uuidOf } from "../push/uuid.ts";
import { onesignal } from "./onesignal.ts";

const subscription = "e4e87830-b954-11e3-811d-f3b376925f15";
const settings = { appId: "b98881cc-1e94-4366-bbd9-db8f3429292b", apiKey: "os_v2_app_1" };
const bodyOf = (content = {}): unknown =>
  JSON.parse(String(onesignal.request(pushTo(subscription, content), settings, onesignal.baseUrl ?? "").body));

describe("onesignal", () => {
  it("sends to one subscription, with a key by which a repetition is known", () => {
    expect(bodyOf()).toMatchObject({
      app_id: settings.appId,
      include_subscription_ids: [subscription],
      headings: { en: "Hello" },
      contents: { en: "Your order is on its way" },
      data: { tern: "w1-0-m0abc" },
      idempotency_key: uuidOf("m0abc"),
    });
  });

  it("says in OneSignal's word that no sound is wanted", () => {
    expect(bodyOf({ sound: "none" })).toMatchObject({ ios_sound: "nil" });
    expect(bodyOf()).not.toHaveProperty("ios_sound");
  });

  it("shows two of three buttons in browsers, as OneSignal allows", () => {
    const actions = ["a", "b", "c"].map((id) => ({ id, title: id }));
    expect(bodyOf({ actions })).toMatchObject({
      buttons: [{ id: "a" }, { id: "b" }, { id: "c" }],
      web_buttons: [{ id: "a" }, { id: "b" }],
    });
  });

  it.each([
    [answered(200, { id: "n-1", external_id: null }), { kind: "accepted", providerMessageId: "n-1" }],
    [answered(200, { id: "", errors: ["All included players are not subscribed"] }), { kind: "unreachable", detail: /not subscribed/ }],
    [answered(200, { id: "n-1", errors: { invalid_aliases: { external_id: ["u1"] } } }), { kind: "unreachable" }],
    [answered(200, { id: "n-1", errors: { invalid_player_ids: [subscription] } }), { kind: "unreachable" }],
    [answered(400, { errors: ["You must include which players"] }), { kind: "rejected" }],
    [answered(400, { errors: ["app_id not found. You may be missing a Content-Type"] }), { kind: "misconfigured" }],
    [answered(403, { errors: ["not available"] }), { kind: "misconfigured" }],
    [answered(429, { errors: ["API rate limit exceeded"] }, { "retry-after": "3" }), { kind: "retry", retryAfterMs: 3_000 }],
    [answered(503), { kind: "retry" }],
  ])("a good status is not yet a sent message: %#", (reply, { detail, ...outcome }: { kind: string; detail?: RegExp }) => {
    const read = onesignal.outcome(reply);
    expect(read).toMatchObject(outcome);
    if (detail) expect(read.detail).toMatch(detail);
  });
});

describe("uuidOf", () => {
  it("makes a UUID of a text, always the same, and another of another", () => {
    const ids = Array.from({ length: 2_000 }, (_, index) => uuidOf(`m${index}`));
    expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    expect(uuidOf("m1")).toBe(ids[1]);
  });
});
