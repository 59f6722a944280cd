import fc from "fast-check";
import { expect, it } from "vitest";
import { catalogOf, HOUR, journey, MINUTE, START, TestUser, track } from "./user-kit.test-suite.ts";

const live = (definition: object) => ({ definition });
/** Every step that changes things, in journeys that start, feed and end one another. */
const catalog = catalogOf({
  segments: [
    { key: "busy", condition: { type: "event", event: "Pinged", within: "PT90M", count: { operator: "at-least", value: 2 } } },
    { key: "counted", condition: { type: "attribute", path: "count", operator: "at-least", value: 3, for: "PT20M" } },
    { key: "hand", kind: "manual" },
  ],
  journeys: [
    live(
      journey({
        key: "pings",
        exit: { type: "segment", segment: "counted" },
        start: "gate",
        steps: {
          gate: { type: "throttle", count: 2, per: "PT40M", next: "count" },
          count: { type: "update", increment: { count: 1 }, set: { last: "{{ run.id }}" }, next: "emit" },
          emit: { type: "event", event: "Pinged", properties: { n: "{{ user.count }}" }, next: "rest" },
          rest: { type: "wait", for: "PT30M", next: "in" },
          in: { type: "segment", add: ["hand"], next: "call" },
          call: { type: "webhook", url: "https://a.example", timeout: "PT5M", onFailure: { step: "again" }, next: "again" },
          again: { type: "enter", journey: "entered", properties: { from: "pings" } },
        },
      }),
    ),
    live(
      journey({
        key: "busy",
        trigger: { type: "segment", segment: "busy", change: "enter" },
        start: "reset",
        steps: {
          reset: { type: "update", unset: ["count"], next: "out" },
          out: { type: "segment", remove: ["hand"], next: "rest" },
          rest: { type: "wait", for: "PT7M" },
        },
      }),
    ),
    live(
      journey({
        key: "entered",
        trigger: { type: "segment", segment: "hand", change: "leave" },
        frequency: { type: "every-time" },
        start: "rest",
        steps: { rest: { type: "wait", for: "PT11M", next: "emit" }, emit: { type: "event", event: "Go" } },
      }),
    ),
  ],
});

it("a stimulus that finds timers overdue takes each at its own instant first, exits first: late or punctual, the trace is the same", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 1, maxLength: 12 }), (gaps) => {
      const late = new TestUser(catalog);
      const punctual = new TestUser(catalog);
      let at = START;
      for (const [index, gap] of gaps.entries()) {
        // Off the minute, so that no event comes at the very instant of a timer.
        at += gap * MINUTE + 1;
        punctual.sleep(at);
        for (const user of [late, punctual]) user.event(track("Go", at, { id: `e${index}` }));
      }
      punctual.sleep(at + 12 * HOUR);
      late.tick(at + 12 * HOUR);
      // The directory row is told once a decision, however many instants it caught up with.
      const told = ({ facts }: TestUser) => facts.filter(({ kind }) => kind !== "user");
      expect(told(late)).toEqual(told(punctual));
      expect(late.state).toEqual(punctual.state);
    }),
    { numRuns: 60 },
  );
});

it("every run waits or ends, whatever journeys do to one another", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 20 }), (gaps) => {
      const user = new TestUser(catalog);
      let at = START;
      for (const gap of gaps) {
        at += gap * MINUTE;
        user.event(track("Go", at));
        for (const { position } of user.runs) expect(position.at).not.toBe("step");
        for (const { position } of user.runs) if ("due" in position) expect(position.due).toBeGreaterThan(at);
      }
    }),
    { numRuns: 60 },
  );
});
