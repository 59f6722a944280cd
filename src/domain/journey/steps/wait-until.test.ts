import { describe, expect, it } from "vitest";
import { catalogOf, DAY, HOUR, identify, journey, MINUTE, START, TestUser, track } from "../../user/user-kit.test-suite.ts";
import { waitUntil } from "./wait-until.ts";

const event = (name: string, more: object = {}) => ({ type: "event", event: name, ...more });
const ends = { a: { type: "exit", reason: "a" }, b: { type: "exit", reason: "b" }, late: { type: "exit", reason: "late" } };
const paths = [
  { condition: event("A"), next: "a" },
  { name: "By B", condition: event("B"), next: "b" },
];
const waiting = (fields: object = {}, more: object = {}): TestUser =>
  new TestUser(
    catalogOf({
      journeys: [
        {
          definition: journey({
            start: "until",
            steps: { until: { type: "wait-until", paths, otherwise: "late", ...fields }, ...ends },
            ...more,
          }),
        },
      ],
    }),
  );

describe("wait-until", () => {
  it("on arrival, conditions already true pass at once, in order", () => {
    const user = waiting({ paths: paths.map((path) => ({ ...path, condition: { ...path.condition, since: "ever" } })) });
    user.event(track("B", START - DAY));
    user.event(track("A", START - DAY));
    user.event(track("Go", START));
    expect(user.endings).toEqual(["a"]);
  });

  it("then on each stimulus: the first event that makes a path true passes it, and the path is told", () => {
    const user = waiting();
    user.event(track("Go", START));
    user.event(track("Other", START + MINUTE));
    expect(user.runs).toHaveLength(1);
    user.event(track("B", START + 2 * MINUTE));
    expect(user.endings).toEqual(["b"]);
    expect(user.facts).toContainEqual(expect.objectContaining({ kind: "step-left", step: "until", path: "By B" }));
  });

  it("then at the time-out", () => {
    const user = waiting({ within: "P1D" });
    user.event(track("Go", START));
    expect(user.nextDue).toBe(START + DAY);
    user.sleep(START + DAY);
    expect(user.endings).toEqual(["late"]);
  });

  it("two true at once: the upper path, and a path over the time-out", () => {
    const either = { type: "attribute", path: "plan", operator: "exists" };
    const user = waiting({
      paths: [
        { condition: either, next: "b" },
        { condition: either, next: "a" },
      ],
    });
    user.event(track("Go", START));
    user.event(identify({ plan: "pro" }, START + 1));
    expect(user.endings).toEqual(["b"]);
    const held = { ...either, for: "P1D" };
    const due = waiting({ within: "P1D", paths: [{ condition: held, next: "a" }] });
    due.event(identify({ plan: "pro" }, START));
    due.event(track("Go", START));
    due.sleep(START + DAY);
    expect(due.endings).toEqual(["a"]);
  });

  it("passes at the instant at which time alone makes a path true", () => {
    const quiet = { type: "not", condition: event("Seen", { since: "ever", within: "PT6H" }) };
    const user = waiting({ within: "P2D", paths: [{ condition: quiet, next: "a" }] });
    user.event(track("Seen", START - HOUR));
    user.event(track("Go", START));
    expect(user.nextDue).toBe(START + 5 * HOUR);
    user.sleep(START + DAY);
    expect(user.facts.find((fact) => fact.kind === "run-ended")?.at).toBe(START + 5 * HOUR);
  });

  it("conditions count from the step, the event that brought the run there not included", () => {
    const user = waiting({}, { trigger: { type: "event", event: "A" } });
    user.event(track("A", START - HOUR));
    user.event(track("A", START));
    expect(user.runs).toHaveLength(1);
    expect(user.endings).toEqual(["a"]); // the first run, by the second event
  });

  it("counts what happened right after the event that brought the run, though that was worked on later", () => {
    const user = waiting();
    user.event(track("Go", START, { receivedAt: START + 200 }), START + 400);
    user.event(track("A", START + 100, { receivedAt: START + 250 }), START + 500);
    expect(user.endings).toEqual(["a"]);
  });

  it("one event does not pass two waits for the same name", () => {
    const user = new TestUser(
      catalogOf({
        journeys: [
          {
            definition: journey({
              start: "one",
              steps: {
                one: { type: "wait-until", paths: [{ condition: event("A"), next: "two" }] },
                two: { type: "wait-until", paths: [{ condition: event("A"), next: "a" }] },
                a: ends.a,
              },
            }),
          },
        ],
      }),
    );
    user.event(track("Go", START));
    user.event(track("A", START + MINUTE));
    expect(user.runs[0]?.position.step).toBe("two");
    user.event(track("A", START + MINUTE, { receivedAt: START + MINUTE + 1 }));
    expect(user.endings).toEqual(["a"]);
  });

  it("restartOn begins the wait anew: timer and what counts since the step", () => {
    const twice = event("A", { count: { operator: "at-least", value: 2 } });
    const user = waiting({ within: "P1D", restartOn: "Again", paths: [{ condition: twice, next: "a" }] });
    user.event(track("Go", START));
    user.event(track("A", START + HOUR));
    user.event(track("Again", START + 2 * HOUR));
    expect(user.nextDue).toBe(START + 26 * HOUR);
    user.event(track("A", START + 3 * HOUR));
    expect(user.endings).toEqual([]);
    user.event(track("Again", START + 4 * HOUR));
    expect(user.nextDue).toBe(START + 28 * HOUR);
    user.sleep(START + 28 * HOUR);
    expect(user.endings).toEqual(["late"]);
  });

  it("late events count for waits only if younger than 72 h and without context.backfill", () => {
    const user = waiting();
    user.event(track("Go", START));
    user.sleep(START + 5 * DAY);
    user.event(track("A", START + DAY, { receivedAt: user.now }));
    user.event(track("A", user.now - HOUR, { receivedAt: user.now, context: { backfill: true } }));
    expect(user.endings).toEqual([]);
    user.event(track("A", user.now - 71 * HOUR, { receivedAt: user.now }));
    expect(user.endings).toEqual(["a"]);
  });

  it("an event of the very instant at which a timer brings the run there counts, whichever comes first; it passes one wait", () => {
    const wait = { type: "wait", for: "PT1H", next: "tag" };
    const tag = { type: "tag", add: ["x"], next: "until" };
    const until = { type: "wait-until", paths: [{ condition: event("A"), next: "again" }], within: "PT1H", otherwise: "late" };
    const again = { type: "wait-until", paths: [{ condition: event("A"), next: "a" }], within: "PT2H", otherwise: "b" };
    for (const isTimerFirst of [true, false]) {
      const user = new TestUser(
        catalogOf({ journeys: [{ definition: journey({ start: "wait", steps: { wait, tag, until, again, ...ends } }) }] }),
      );
      user.event(track("Go", START));
      if (isTimerFirst) user.tick(START + HOUR);
      user.event(track("A", START + HOUR));
      expect(user.runs.map(({ position }) => position.step)).toEqual(["again"]);
      user.sleep(START + DAY);
      expect(user.endings).toEqual(["b"]);
    }
  });

  it("in a keyed journey waits for the run's own key", () => {
    const user = waiting({}, { trigger: { type: "event", event: "Go", key: "properties.id" } });
    user.event(track("Go", START, { properties: { id: "1" } }));
    user.event(track("Go", START, { properties: { id: "2" } }));
    user.event(track("A", START + HOUR, { properties: { id: "2" } }));
    expect(user.runs.map(({ key }) => key)).toEqual(["1"]);
  });

  it("without within it stays until a path is true, and wakes nobody", () => {
    const user = waiting();
    user.event(track("Go", START));
    expect(user.nextDue).toBeUndefined();
  });

  it("takes time in a cycle only where no path can be true on arrival", () => {
    const takes = (step: object) => waitUntil.takesTime?.(waitUntil.schema.parse({ type: "wait-until", paths, ...step }));
    expect(takes({})).toBe(true);
    expect(takes({ within: "P1D" })).toBe(true);
    expect(takes({ within: "PT10S" })).toBe(false);
    expect(takes({ within: "P1D", paths: [{ condition: { type: "everyone" }, next: "a" }] })).toBe(false);
    expect(takes({ paths: [{ condition: event("A", { since: "ever" }), next: "a" }] })).toBe(false);
    expect(takes({ paths: [{ condition: event("A", { count: { operator: "at-most", value: 1 } }), next: "a" }] })).toBe(false);
  });
});
