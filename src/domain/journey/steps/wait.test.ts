import { describe, expect, it } from "vitest";
import { catalogOf, DAY, HOUR, identify, journey, MINUTE, SECOND, START, TestUser, track } from "../../user/user-kit.test-suite.ts";
import { wait } from "./wait.ts";

const waiting = (fields: object, more: object = {}): TestUser =>
  new TestUser(
    catalogOf({
      journeys: [
        {
          definition: journey({
            steps: {
              wait: { type: "wait", next: "skipped", ...fields },
              skipped: { type: "tag", add: ["next"], next: "end" },
              end: { type: "exit" },
            },
            ...more,
          }),
        },
      ],
    }),
  );
const iso = (ms: number): string => new Date(ms).toISOString();
const dueOf = (user: TestUser): number | undefined => {
  const position = user.runs[0]?.position;
  return position?.at === "wait" ? position.due : undefined;
};
const leftBecause = (user: TestUser) => user.facts.find((fact) => fact.kind === "step-left" && fact.step === "wait");

describe("wait for", () => {
  it("waits from one second to five years", () => {
    for (const length of ["PT1S", "P5Y", "P1M", "P1826D"]) expect(wait.schema.safeParse({ type: "wait", for: length }).success).toBe(true);
    for (const length of ["PT0.5S", "P61M", "P2000D", "-P1D"])
      expect(wait.schema.safeParse({ type: "wait", for: length }).success).toBe(false);
    const user = waiting({ for: "PT1S" });
    user.event(track("Go", START));
    user.sleep(START + SECOND);
    expect(user.endings).toEqual(["exit-step"]);
  });

  it.each([
    [{ type: "wait" }],
    [{ type: "wait", for: "PT1H", until: { time: "09:00" } }],
    [{ type: "wait", until: { time: "24:00" } }],
    [{ type: "wait", until: { time: "09:00", zone: "Mars/Base" } }],
    [{ type: "wait", until: { time: "09:00", past: "exit" } }],
    [{ type: "wait", until: { attribute: "a", trigger: "properties.b" } }],
    [{ type: "wait", until: { attribute: "a", offset: "3 days" } }],
  ])("refuses %j", (step) => {
    expect(wait.schema.safeParse(step).success).toBe(false);
  });
});

describe("wait until a local time", () => {
  it("is the next local 09:00 strictly after arrival", () => {
    const user = waiting({ until: { time: "09:00" } });
    user.event(track("Go", START));
    expect(dueOf(user)).toBe(START + HOUR);
    user.sleep(START + HOUR);
    user.event(track("Go", START + HOUR));
    expect(dueOf(user)).toBe(START + 25 * HOUR);
  });

  it("goes by the user's zone, or by the one it names, and by its days", () => {
    const user = waiting({ until: { time: "09:00", days: ["sat"] } });
    user.event(identify({ timezone: "Asia/Tokyo" }, START));
    user.event(track("Go", START));
    expect(iso(dueOf(user) ?? 0)).toBe("2026-01-10T00:00:00.000Z");
    const other = waiting({ until: { time: "09:00", zone: "America/New_York" } });
    other.event(identify({ timezone: "Asia/Tokyo" }, START));
    other.event(track("Go", START));
    expect(iso(dueOf(other) ?? 0)).toBe("2026-01-05T14:00:00.000Z");
  });

  it("a local time that does not exist is the first valid instant after; one that exists twice, the first", () => {
    const zone = { timezone: "Europe/Berlin" };
    const before = Date.UTC(2026, 2, 28, 12);
    const spring = waiting({ until: { time: "02:30" } });
    spring.event(identify(zone, before), before);
    spring.event(track("Go", before));
    spring.sleep(before + 13 * HOUR);
    expect(spring.endings).toEqual(["exit-step"]);
    expect(iso(spring.facts.find((fact) => fact.kind === "run-ended")?.at ?? 0)).toBe("2026-03-29T01:00:00.000Z");
    const autumn = waiting({ until: { time: "02:30" } });
    const eve = Date.UTC(2026, 9, 24, 12);
    autumn.event(identify(zone, eve), eve);
    autumn.event(track("Go", eve));
    expect(iso(dueOf(autumn) ?? 0)).toBe("2026-10-25T00:30:00.000Z");
  });

  it("if the user's zone changes, the wait is recomputed", () => {
    const user = waiting({ until: { time: "20:00" } });
    user.event(identify({ timezone: "Europe/Berlin" }, START));
    user.event(track("Go", START));
    expect(dueOf(user)).toBe(START + 11 * HOUR);
    user.event(identify({ timezone: "America/New_York" }, START + HOUR));
    expect(dueOf(user)).toBe(START + 17 * HOUR);
    // In Tokyo it has been 20:00 since the arrival: over.
    user.event(identify({ timezone: "Asia/Tokyo" }, START + 6 * HOUR));
    expect(user.endings).toEqual(["exit-step"]);
  });
});

describe("wait until a date", () => {
  const date = START + 10 * DAY;

  it("waits until the user's date, with its offset in calendar units of the user's zone", () => {
    const user = waiting({ until: { attribute: "contract.ends", offset: "-P3D" } });
    user.event(identify({ contract: { ends: iso(date) } }, START));
    user.event(track("Go", START));
    expect(dueOf(user)).toBe(date - 3 * DAY);
    const monthly = waiting({ until: { attribute: "renewal", offset: "P1M" } });
    // Berlin changes its clocks between the two.
    monthly.event(identify({ renewal: "2026-03-15T08:00:00Z", timezone: "Europe/Berlin" }, START));
    monthly.event(track("Go", START));
    expect(iso(dueOf(monthly) ?? 0)).toBe("2026-04-15T07:00:00.000Z");
  });

  it("waits until a date of the trigger", () => {
    const user = waiting({ until: { trigger: "properties.appointment", offset: "-PT2H" } });
    user.event(track("Go", START, { properties: { appointment: iso(date) } }));
    expect(dueOf(user)).toBe(date - 2 * HOUR);
  });

  it("a change of the attribute recomputes the wait", () => {
    const user = waiting({ until: { attribute: "ends", past: "exit" } });
    user.event(identify({ ends: iso(date) }, START));
    user.event(track("Go", START));
    user.event(identify({ ends: iso(date + DAY) }, START + HOUR));
    expect(dueOf(user)).toBe(date + DAY);
    user.event(identify({ ends: null }, START + 2 * HOUR));
    expect(user.endings).toEqual(["date-past"]);
  });

  it.each([
    ["continue", undefined, ["wait", "skipped", "end"], "exit-step"],
    ["continue", "continue", ["wait", "skipped", "end"], "exit-step"],
    ["skip-next", "skip-next", ["wait", "end"], "exit-step"],
    ["exit", "exit", ["wait"], "date-past"],
  ])("a past date: %s", (_name, past, steps, ending) => {
    const user = waiting({ until: { attribute: "ends", ...(past !== undefined && { past }) } });
    user.event(identify({ ends: iso(START - DAY) }, START));
    user.event(track("Go", START));
    expect(user.steps).toEqual(steps);
    expect(user.endings).toEqual([ending]);
  });

  it.each([
    [{}, "attribute ends is absent"],
    [{ ends: "soon" }, "attribute ends is not a date"],
    [{ ends: 1e300 }, "attribute ends is not a date"],
    [{ ends: iso(START) }, "attribute ends is past"],
  ])("treats %j like past, with the reason in the facts", (traits, clause) => {
    const user = waiting({ until: { attribute: "ends" } });
    user.event(identify(traits, START));
    user.event(track("Go", START));
    expect(leftBecause(user)).toMatchObject({ path: "past", because: { clause } });
  });

  it("waits for a date further off than five years by several waits", () => {
    const user = waiting({ until: { attribute: "ends" } });
    const far = START + 12 * 365 * DAY;
    user.event(identify({ ends: far }, START));
    user.event(track("Go", START));
    user.sleep(far - MINUTE);
    expect(user.endings).toEqual([]);
    user.sleep(far);
    expect(user.endings).toEqual(["exit-step"]);
  });
});
