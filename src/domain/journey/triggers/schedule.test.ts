import { describe, expect, it } from "vitest";
import { schedule } from "./schedule.ts";

const instants = (fields: object, from: string, count: number, workspaceZone = "UTC") => {
  const source = schedule.compile(schedule.schema.parse({ type: "schedule", segment: "s", ...fields }));
  if (source.kind !== "schedule") throw new Error("expected a schedule");
  const found: string[] = [];
  for (
    let next = source.next(Date.parse(from), workspaceZone);
    next !== undefined && found.length < count;
    next = source.next(next, workspaceZone)
  )
    found.push(new Date(next).toISOString());
  return found;
};

describe("when a schedule has members enter", () => {
  it("one time: at its instant, and only strictly after what was asked from", () => {
    expect(instants({ at: "2026-02-01T09:00:00Z" }, "2026-01-01", 5)).toEqual(["2026-02-01T09:00:00.000Z"]);
    expect(instants({ at: "2026-02-01T09:00:00Z" }, "2026-02-01T09:00:00Z", 5)).toEqual([]);
  });

  it("every day keeps the time on the clocks over a change of them; the workspace's zone where none is said", () => {
    const across = ["2026-03-28T08:00:00.000Z", "2026-03-29T07:00:00.000Z", "2026-03-30T07:00:00.000Z"];
    expect(instants({ every: "P1D", time: "09:00", zone: "Europe/Berlin" }, "2026-03-27T12:00:00Z", 3)).toEqual(across);
    expect(instants({ every: "P1D", time: "09:00" }, "2026-03-27T12:00:00Z", 3, "Europe/Berlin")).toEqual(across);
  });

  it("a time that clocks skip is the first valid instant after, one they show twice the first, and each day has one", () => {
    const daily = { every: "P1D", time: "02:30", zone: "Europe/Berlin" };
    expect(instants(daily, "2026-03-28T12:00:00Z", 2)).toEqual(["2026-03-29T01:00:00.000Z", "2026-03-30T00:30:00.000Z"]);
    expect(instants(daily, "2026-10-24T12:00:00Z", 2)).toEqual(["2026-10-25T00:30:00.000Z", "2026-10-26T01:30:00.000Z"]);
  });

  it("every week on its days, every month on its date or the month's last day", () => {
    expect(instants({ every: "P1W", days: ["mon", "thu"], time: "09:00" }, "2026-01-05T09:00:00Z", 3)).toEqual(
      ["2026-01-08", "2026-01-12", "2026-01-15"].map((day) => `${day}T09:00:00.000Z`),
    );
    expect(instants({ every: "P1M", date: 31, time: "09:00" }, "2026-01-15", 4)).toEqual(
      ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"].map((day) => `${day}T09:00:00.000Z`),
    );
  });

  it("not before `from` and not after `until`, both included", () => {
    const daily = { every: "P1D", time: "09:00", from: "2026-02-01T09:00:00Z", until: "2026-02-02T09:00:00Z" };
    expect(instants(daily, "2026-01-01", 9)).toEqual(["2026-02-01T09:00:00.000Z", "2026-02-02T09:00:00.000Z"]);
  });
});
