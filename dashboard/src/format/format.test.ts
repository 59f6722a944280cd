import { describe, expect, it } from "vitest";
import { describeCondition, describeFrequency, describeTrigger } from "./condition.ts";
import { formatCount, formatMembers, plural } from "./count.ts";
import { describeStep, stepTitle } from "./step.ts";
import { sentence, shortValue } from "./text.ts";
import { formatDaysAgo, formatDuration, formatRelative } from "./time.ts";

describe("time", () => {
  it.each([
    ["PT1H", "1 hour"],
    ["PT90S", "90 seconds"],
    ["P3D", "3 days"],
    ["P1M", "1 month"],
    ["PT1M", "1 minute"],
    ["P1DT2H30M", "1 day 2 hours 30 minutes"],
    ["P2W", "2 weeks"],
    ["later", "later"],
    ["P", "P"],
  ])("formatDuration reads %s as %s", (iso, words) => expect(formatDuration(iso)).toBe(words));

  it.each([
    [0, "now"],
    [-4999, "now"],
    [-12_000, "12 seconds ago"],
    [-59 * 60_000, "59 minutes ago"],
    [-86_400_000, "yesterday"],
    [2 * 3_600_000, "in 2 hours"],
    [-3 * 86_400_000, "3 days ago"],
  ])("formatRelative reads %i ms as %s", (difference, words) => expect(formatRelative(1e12 + difference, 1e12)).toBe(words));

  it("reads ISO text as well", () => expect(formatRelative("2026-01-05T08:00:00Z", Date.UTC(2026, 0, 5, 8, 1))).toBe("1 minute ago"));
});

describe("formatDaysAgo", () => {
  it.each([
    [0, "today"],
    [-86_400_000, "yesterday"],
    [-9 * 86_400_000, "9 days ago"],
    [3_600_000, "today"],
  ])("reads %i ms as %s", (difference, words) => {
    const noon = Date.UTC(2026, 0, 5, 12);
    expect(formatDaysAgo(noon + difference, noon)).toBe(words);
  });
});

describe("counts", () => {
  it.each([
    [0, "0"],
    [1234, "1,234"],
    [99_999, "99,999"],
    [123_456, "123.5K"],
    [2_000_000, "2M"],
  ])("formatCount writes %i as %s", (n, text) => expect(formatCount(n)).toBe(text));
  it("formatMembers says that there are more than are counted", () =>
    expect([formatMembers(0), formatMembers(10_000), formatMembers(10_001)]).toEqual(["0", "10,000", "10,000+"]));
  it("plural counts in words", () =>
    expect([plural(1, "user"), plural(0, "user"), plural(2, "entry", "entries")]).toEqual(["1 user", "0 users", "2 entries"]));
});

describe("text", () => {
  it("sentence makes codes readable", () =>
    expect([sentence("run-started"), sentence("give_time"), sentence("")]).toEqual(["Run started", "Give time", ""]));
  it("shortValue shortens", () =>
    expect([shortValue("a"), shortValue({ a: 1 }), shortValue("x".repeat(99), 5), shortValue(undefined)]).toEqual([
      "“a”",
      '{"a":1}',
      "“xxx…",
      "",
    ]));
});

describe("describeCondition", () => {
  it.each([
    [{ type: "everyone" }, "everyone"],
    [{ type: "event", event: "Order Completed", within: "P7D" }, "did “Order Completed” in the last 7 days"],
    [
      {
        type: "event",
        event: "Order Completed",
        count: { operator: "at-least", value: 3 },
        where: [{ path: "properties.price", operator: "at-least", value: 20 }],
      },
      "did “Order Completed” where properties.price is at least 20 at least 3 times",
    ],
    [{ type: "attribute", path: "plan", operator: "equals", value: "pro" }, "plan is “pro”"],
    [{ type: "attribute", path: "seen", operator: "within-last", value: "P30D" }, "seen within last 30 days"],
    [
      {
        type: "and",
        conditions: [
          { type: "tag", tag: "a" },
          {
            type: "or",
            conditions: [
              { type: "segment", segment: "s" },
              { type: "tag", tag: "b" },
            ],
          },
        ],
      },
      "has tag “a” and (in segment “s” or has tag “b”)",
    ],
    [{ type: "not", condition: { type: "tag", tag: "a" } }, "not (has tag “a”)"],
    [{ type: "and", conditions: [] }, "everyone"],
    [{ type: "or", conditions: [] }, "no one"],
    [
      { type: "page", page: "*", where: [{ path: "properties.path", operator: "starts-with", value: "/pricing" }] },
      "viewed page “*” where properties.path starts with “/pricing”",
    ],
    [
      { type: "last-event", event: "Plan Changed", has: [{ path: "properties.plan", operator: "equals", value: "pro" }] },
      "newest “Plan Changed” has properties.plan is “pro”",
    ],
    [
      {
        type: "sequence",
        steps: [
          { type: "event", event: "A" },
          { type: "event", event: "B", within: "P1D" },
        ],
      },
      "did “A”, then did “B” in the last 1 day",
    ],
    [
      {
        type: "aggregate",
        event: "Order Completed",
        function: "sum",
        path: "properties.total",
        operator: "at-least",
        value: 100,
        within: "P30D",
      },
      "sum of properties.total over “Order Completed” in the last 30 days is at least 100",
    ],
    [{ type: "message", template: "welcome", status: "opened", within: "P7D" }, "message “welcome” was opened in the last 7 days"],
    [{ type: "subscription", topic: "offers", state: "opted-out" }, "opted out offers"],
    [{ type: "reachable", channel: "push" }, "reachable by push"],
    [
      { type: "group", groupType: "company", path: "plan", operator: "equals", value: "pro" },
      "belongs to a group of type “company” with plan is “pro”",
    ],
    [{ type: "random", percent: 10, salt: "x" }, "is among 10 % of users"],
    [
      { type: "trigger", path: "properties.price", operator: "at-least", value: 20 },
      "what started the run has properties.price is at least 20",
    ],
    [{ type: "weather" }, "weather"],
    [null, "unknown condition"],
  ])("%j", (condition, words) => expect(describeCondition(condition)).toBe(words));
});

describe("journeys in words", () => {
  it("describeTrigger", () => {
    expect(
      describeTrigger({ type: "event", event: "Signed Up", where: [{ path: "properties.plan", operator: "equals", value: "pro" }] }),
    ).toBe("When a user does “Signed Up” where properties.plan is “pro”");
    expect(describeTrigger({ type: "segment", segment: "vip" })).toBe("When a user enters segment “vip”");
  });
  it.each([
    [{ type: "once" }, "Once per user"],
    [{ type: "every-time" }, "Every time"],
    [{ type: "every-time", oneAtATime: true }, "Every time, one run at a time"],
    [{ type: "interval", every: "P30D", limit: { count: 3, per: "P365D" } }, "At most once every 30 days, at most 3 per 365 days"],
  ])("describeFrequency %j", (frequency, words) => expect(describeFrequency(frequency)).toBe(words));
  it.each([
    [{ type: "send", channel: "email", template: "welcome" }, "Email “welcome”"],
    [{ type: "send", channel: "email", template: "a", bestTime: { within: "P1D" } }, "Email “a”, at the user's best time"],
    [{ type: "send", channel: "email", variants: [{ template: "a" }, { template: "b" }] }, "Email “a” or “b”"],
    [{ type: "wait", for: "PT1H" }, "For 1 hour"],
    [{ type: "wait", until: { time: "09:00", days: ["mon"], zone: "user" } }, "Until 09:00 on Mon (user's time)"],
    [{ type: "branch", paths: [{}, {}] }, "3 ways on"],
    [{ type: "tag", add: ["a"], remove: ["b"] }, "+a −b"],
    [{ type: "exit" }, "End of the journey"],
    [{ type: "wait-until", paths: [{}, {}], within: "P1D" }, "Until one of 2 holds within 1 day"],
    [{ type: "message-status", of: "remind", paths: [], within: "P1D" }, "What became of “remind” within 1 day"],
    [{ type: "split", paths: [{}, {}, {}] }, "Split 3 ways"],
    [{ type: "update", set: { plan: "pro" }, increment: { visits: 1 }, unset: ["old"] }, "plan, visits, old"],
    [{ type: "segment", add: ["vip"] }, "+vip"],
    [{ type: "digest", event: "Comment", within: "PT1H" }, "Collect “Comment” within 1 hour"],
    [{ type: "throttle", count: 3, per: "P1D" }, "At most 3 per 1 day"],
    [{ type: "holdout", percent: 10 }, "Hold out 10 %"],
    [{ type: "enter", journey: "vip" }, "Start journey “vip”"],
    [{ type: "weather" }, "Weather"],
  ])("describeStep %j", (step, words) => expect(describeStep(step)).toBe(words));
  it("stepTitle prefers the step's own name", () =>
    expect([stepTitle("give-time", {}), stepTitle("x", { name: "Wait a bit" })]).toEqual(["Give time", "Wait a bit"]));
});
