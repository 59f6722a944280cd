import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { UserEvent } from "../src/domain/event/event.ts";
import { DAY, HOUR, MINUTE, track } from "../src/domain/user/user-kit.test-suite.ts";
import { newWorkspace, user, userStub } from "../test/support/workspace.ts";

/** Tomorrow: the platform's own alarms never come by themselves, as it knows the real time. */
const start = (Math.floor(Date.now() / DAY) + 1) * DAY;
const segment = (key: string, condition: object) => ({ key, name: key, kind: "dynamic", condition });
const order = { event: "Order", path: "properties.total" };
const segments = [
  segment("spent-100", { type: "aggregate", ...order, function: "sum", operator: "at-least", value: 100.3, within: "P7D" }),
  segment("cheap-on-average", { type: "aggregate", ...order, function: "average", operator: "less-than", value: 40, within: "P7D" }),
  segment("once-big", { type: "aggregate", ...order, function: "max", operator: "at-least", value: 90 }),
  segment("two-prices", { type: "aggregate", ...order, function: "distinct", operator: "at-least", value: 2, within: "P3D" }),
  segment("viewed-then-bought", {
    type: "sequence",
    steps: [
      { type: "page", event: "Pricing" },
      { event: "Order", within: "PT1H" },
    ],
  }),
  segment("last-was-big", { type: "last-event", event: "Order", has: [{ path: "properties.total", operator: "at-least", value: 90 }] }),
];
const page = (name: string, time: number): UserEvent => {
  const { event: _none, ...rest } = track("", time);
  return { ...rest, type: "page", name };
};

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

describe("conditions in the user's object", () => {
  it("hold over eviction, late events, repetition and the passing of time", async () => {
    const workspace = await newWorkspace({ segments });
    const membersAfter = async (event: UserEvent): Promise<readonly string[]> => {
      vi.setSystemTime(event.receivedAt);
      await user(workspace, "u:u").apply({ catalog: 1, events: [event, event] });
      await evictDurableObject(userStub(workspace, "u:u"));
      return members();
    };
    const members = async () => ((await user(workspace, "u:u").view())?.segments ?? []).map(({ key }) => key).toSorted();
    const bought = (total: number, time: number, receivedAt = time) => track("Order", time, { properties: { total }, receivedAt });
    expect(await membersAfter(bought(0.1, start))).toEqual(["cheap-on-average"]);
    expect(await membersAfter(bought(100, start + DAY))).toEqual(["last-was-big", "once-big", "two-prices"]);
    expect(await membersAfter(bought(0.2, start + DAY + HOUR))).toEqual(["cheap-on-average", "once-big", "spent-100", "two-prices"]);
    // A page seen ten minutes before the last order is told a day late.
    const late = { ...page("Pricing", start + DAY + 50 * MINUTE), receivedAt: start + 2 * DAY };
    expect(await membersAfter(late)).toEqual(["cheap-on-average", "once-big", "spent-100", "two-prices", "viewed-then-bought"]);
    const sleepUntil = async (until: number): Promise<readonly string[]> => {
      for (let due = (await user(workspace, "u:u").view())?.nextDue; due !== undefined && due !== null && due <= until;) {
        vi.setSystemTime(due);
        await runDurableObjectAlarm(userStub(workspace, "u:u"));
        due = (await user(workspace, "u:u").view())?.nextDue;
      }
      vi.setSystemTime(until);
      return members();
    };
    expect(await sleepUntil(start + 4 * DAY - 1)).toContain("two-prices");
    expect(await sleepUntil(start + 4 * DAY)).not.toContain("two-prices");
    expect(await sleepUntil(start + 7 * DAY - 1)).toContain("spent-100");
    expect(await sleepUntil(start + 7 * DAY)).toEqual(["once-big", "viewed-then-bought"]);
    expect(await sleepUntil(start + 8 * DAY)).toEqual(["cheap-on-average", "once-big", "viewed-then-bought"]);
    expect(await sleepUntil(start + 8 * DAY + HOUR)).toEqual(["once-big", "viewed-then-bought"]);
  });
});
