import { describe, expect, it } from "vitest";
import { recipientName } from "./recipient.ts";

describe("recipientName", () => {
  it.each([
    ["email", "ada@example.com", "ada@example.com"],
    ["sms", "+49 151 1234567", "+49 151 1234567"],
    ["slack", "U123", "U123"],
    ["slack", "", "the provider's own channel"],
    [
      "push",
      JSON.stringify({ endpoint: "https://updates.push.services.mozilla.com/wpush/v2/x", keys: {} }),
      "browser at updates.push.services.mozilla.com",
    ],
    ["push", "{broken", "browser at an unknown service"],
    ["push", '{"endpoint":7}', "browser at an unknown service"],
    ["push", "ExponentPushToken[xxxxxxxxxxxxxxxxxxxxxx]", "device …xxxxxxxx"],
    ["push", "phone-1", "device phone-1"],
    ["push", `fcm${"a".repeat(150)}12345678`, "device …12345678"],
  ])("%s to %j is %j", (channel, to, name) => expect(recipientName(channel, to)).toBe(name));
});
