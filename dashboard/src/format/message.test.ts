import { describe, expect, it } from "vitest";
import { describeProof, describeSubscriptionKey, describeSuppressionKey } from "./consent.ts";
import { describeFact } from "./fact.ts";
import { messageTitle } from "./message.ts";
import { describeLife } from "./message-life.ts";

const at = "2026-01-05T08:00:00.000Z";
const message = { kind: "message", at, message: "m1", createdAt: at, channel: "sms", template: "" } as const;

describe("a message", () => {
  it.each([
    [{ channel: "email", template: "hello", subject: "Welcome" }, "Welcome"],
    [{ channel: "push", template: "hello", subject: null }, "hello"],
    [{ channel: "sms", template: "", subject: null }, "SMS without a template"],
  ])("is called by its subject, its template, or its channel: %j", (named, title) => expect(messageTitle(named)).toBe(title));

  it("without a template leaves no empty quotation marks in a timeline", () =>
    expect(describeFact({ ...message, status: "queued", attempts: 0 }).title).toBe("SMS queued"));

  it("names on its own page the attempt and the provider where one was spoken to", () => {
    expect(describeLife({ ...message, status: "queued", attempts: 0 }).title).toBe("Queued");
    expect(describeLife({ ...message, status: "claimed", attempts: 1, provider: "texts" }).title).toBe("Claimed by texts");
    expect(describeLife({ ...message, status: "sent", attempts: 3, provider: "texts" }).title).toBe("Sent by texts, attempt 3");
    expect(describeLife({ ...message, status: "delivered", attempts: 3, provider: "texts" }).title).toBe("Delivered");
  });
});

it("says of a sent mail to whom no copy went", () =>
  expect(
    describeLife({ ...message, channel: "email", status: "sent", attempts: 1, leftOut: ["a@example.com", "b@example.com"] }).because,
  ).toBe("without a copy to a@example.com, b@example.com, to whom nothing is sent"));

describe("consent", () => {
  it("says on which channel of which topic, and by what it came", () => {
    expect(["topic:offers", "topic:offers@sms", "channel:sms", "later"].map(describeSubscriptionKey)).toEqual([
      "offers",
      "offers, SMS",
      "SMS",
      "later",
    ]);
    expect(["*", "sms", "email:a@example.com"].map(describeSuppressionKey)).toEqual(["all channels", "SMS", "Email, a@example.com"]);
    expect(
      describeFact({
        kind: "subscription",
        at,
        topic: "offers",
        channel: "sms",
        state: "opted-out",
        proof: { source: "page", text: "Stop?" },
      }),
    ).toMatchObject({ title: "Opted out “offers” on SMS", because: "on the page of a link: “Stop?”" });
    expect(describeProof({ source: "one-click" })).toBe("by the button of a mail program");
  });
});
