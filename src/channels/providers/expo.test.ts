import { describe, expect, it } from "vitest";
import { answered, pushTo } from "../push/push-kit.ts";
import { expo } from "./expo.ts";

const request = (content = {}, settings = {}) => expo.request(pushTo("ExponentPushToken[abc]", content), settings, expo.baseUrl ?? "");
const first = (call = request()): unknown => (JSON.parse(String(call.body)) as unknown[])[0];

describe("expo", () => {
  it("sends a list, so that the answer is one", () => {
    expect(request().url).toBe("https://exp.host/--/api/v2/push/send");
    expect(JSON.parse(String(request().body))).toHaveLength(1);
    expect(first(request({ link: "shop://o/1", data: { order: "1" }, ttl: 60 }))).toMatchObject({
      to: "ExponentPushToken[abc]",
      data: { order: "1", tern: "w1-0-m0abc", link: "shop://o/1" },
      ttl: 60,
      tag: "m0abc",
      collapseId: "m0abc",
    });
  });

  it("names no sound where none is wanted", () => {
    expect(first(request({ sound: "none" }))).not.toHaveProperty("sound");
    expect(first(request({ sound: "default" }))).toMatchObject({ sound: "default" });
  });

  it("needs no token, and sends one where there is one", () => {
    expect(request().headers).not.toHaveProperty("authorization");
    expect(request({}, { accessToken: "t" }).headers).toMatchObject({ authorization: "Bearer t" });
  });

  const ticket = (error: string) => answered(200, { data: [{ status: "error", message: "no", details: { error } }] });
  it.each([
    [answered(200, { data: [{ status: "ok", id: "t-1" }] }), { kind: "accepted", providerMessageId: "t-1" }],
    [ticket("DeviceNotRegistered"), { kind: "unreachable" }],
    [ticket("MessageRateExceeded"), { kind: "retry" }],
    [ticket("ExpoError"), { kind: "retry" }],
    [ticket("ProviderError"), { kind: "retry" }],
    [ticket("InvalidCredentials"), { kind: "misconfigured" }],
    [ticket("MismatchSenderId"), { kind: "misconfigured" }],
    [ticket("MessageTooBig"), { kind: "rejected" }],
    [ticket("DeveloperError"), { kind: "rejected" }],
    [answered(200, { errors: [{ code: "TOO_MANY_REQUESTS", message: "slow" }] }), { kind: "retry" }],
    [answered(200, { errors: [{ code: "UNAUTHORIZED", message: "no" }] }), { kind: "misconfigured" }],
    [answered(401, { errors: [{ code: "UNAUTHORIZED", message: "no" }] }), { kind: "misconfigured" }],
    [answered(400, { errors: [{ code: "VALIDATION_ERROR", message: "no" }] }), { kind: "rejected" }],
  ])("a good status is not yet a sent message: %#", (reply, outcome) => {
    expect(expo.outcome(reply)).toMatchObject(outcome);
  });
});
