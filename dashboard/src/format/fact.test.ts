import { describe, expect, it } from "vitest";
import { describeEnding } from "./ending.ts";
import { describeFact } from "./fact.ts";
import { messageFigures, shares } from "./statistics.ts";

const at = "2026-01-05T08:00:00.000Z";
const run = { journey: "cart", version: 1, run: "r1", step: "remind" };

describe("describeFact", () => {
  it("names the clause and the value that decided", () => {
    expect(describeFact({ kind: "segment-entered", at, segment: "vip", because: { clause: "event “Order Completed”", value: 3 } })).toEqual(
      { sign: "segment", tone: "accent", title: "Entered segment “vip”", because: "because event “Order Completed” (3)" },
    );
  });

  it("gives a message's status, subject and reason", () => {
    const message = { kind: "message", at, message: "m1", createdAt: at, channel: "email", template: "hello", attempts: 1 } as const;
    expect(describeFact({ ...message, status: "sent", subject: "Hi" })).toEqual({
      sign: "message",
      tone: "good",
      title: "Email “hello” sent: Hi",
    });
    const until = new Date(2026, 0, 5, 9).toISOString();
    expect(describeFact({ ...message, status: "held", reason: "503", until }).because).toMatch(/^503; tried again .*09:00/);
    expect(describeFact({ ...message, attempts: 0, status: "held", reason: "best time", until }).because).toMatch(
      /^best time; waits until .*09:00/,
    );
    expect(describeFact({ ...message, status: "skipped", reason: "exited" })).toMatchObject({ tone: "calm", because: "exited" });
  });

  it("says why a run was refused and where it ended", () => {
    expect(describeFact({ kind: "run-refused", at, journey: "cart", version: 1, reason: "live-run" }).title).toBe(
      "Not entered into “cart”: live-run",
    );
    expect(describeFact({ kind: "run-ended", at, ...run, reason: "exited" }).title).toBe(
      "Left journey “cart” at remind: met the exit condition",
    );
  });

  it("names a fact that this page does not know yet", () => {
    // A newer platform may send more kinds than the type has.
    expect(describeFact({ kind: "device-added", at } as unknown as Parameters<typeof describeFact>[0]).title).toBe("Device added");
  });
});

describe("statistics", () => {
  it("counts uncertain messages as failed", () =>
    expect(messageFigures({ sent: 5, failed: 1, uncertain: 2 })).toEqual({ sent: 5, skipped: 0, failed: 3 }));
  it("orders shares by size and leaves out zeros", () =>
    expect(shares({ a: 1, b: 3, c: 0 })).toEqual([
      { name: "b", n: 3, percent: 75 },
      { name: "a", n: 1, percent: 25 },
    ]));
});

it("says in words why a run ended, and a reason it does not know as it is", () =>
  expect([describeEnding("exit-step"), describeEnding("exited"), describeEnding("some-day")]).toEqual([
    "Reached an exit step",
    "Met the exit condition",
    "Some day",
  ]));
