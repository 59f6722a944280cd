import { describe, expect, it } from "vitest";
import { catalogOf, HOUR, journey, MINUTE, START, TestUser, track } from "../../user/user-kit.test-suite.ts";

const collecting = (fields: object = {}, more: object = {}): TestUser =>
  new TestUser(
    catalogOf({
      journeys: [
        {
          definition: journey({
            trigger: { type: "event", event: "Comment" },
            frequency: { type: "every-time", oneAtATime: true },
            start: "collect",
            steps: {
              collect: { type: "digest", event: "Comment", within: "PT1H", next: "rest", ...fields },
              rest: { type: "wait", for: "P1D" },
            },
            ...more,
          }),
        },
      ],
    }),
  );
const comment = (at: number, properties: Record<string, string> = {}) => track("Comment", at, { properties });
const digestOf = (user: TestUser) => user.runs.map(({ digest, digestCount }) => ({ digest, count: digestCount }));

describe("digest", () => {
  it("collects events for its time from the arrival on, the trigger as the first one, and goes on with them", () => {
    const user = collecting();
    const before = user.event(comment(START - HOUR)).state;
    expect(Object.keys(before.runs)).toHaveLength(1);
    user.sleep(START + 5 * HOUR);
    const fresh = collecting();
    const events = [0, 10, 59].map((minutes) => comment(START + minutes * MINUTE));
    for (const one of events) fresh.event(one);
    fresh.event(track("Other", START + 20 * MINUTE));
    expect(fresh.nextDue).toBe(START + HOUR);
    fresh.sleep(START + HOUR);
    fresh.event(comment(START + HOUR + 1));
    expect(digestOf(fresh)).toEqual([{ digest: events.map(({ id }) => id), count: 3 }]);
  });

  it("takes only events on which all filters hold", () => {
    const where = [{ path: "properties.post", operator: "equals", value: "mine" }];
    const user = collecting({ where });
    const wanted = comment(START + MINUTE, { post: "mine" });
    user.event(comment(START, { post: "yours" }));
    user.event(wanted);
    user.event(comment(START + 2 * MINUTE, { post: "yours" }));
    user.sleep(START + HOUR);
    expect(digestOf(user)).toEqual([{ digest: [wanted.id], count: 1 }]);
  });

  it("in keyed journeys collects the same key only", () => {
    const user = collecting(
      {},
      { trigger: { type: "event", event: "Comment", key: "properties.post" }, frequency: { type: "every-time" } },
    );
    const events = ["a", "b", "a"].map((post, index) => comment(START + index, { post }));
    for (const one of events) user.event(one);
    user.sleep(START + HOUR + 1);
    expect(user.runs.map(({ digest }) => digest)).toEqual([[events[0]?.id, events[2]?.id], [events[1]?.id]]);
  });

  it("keeps the newest hundred, oldest first, and counts on to a thousand", () => {
    const user = collecting();
    const events = Array.from({ length: 150 }, (_, index) => comment(START + index));
    for (const one of events) user.event(one);
    user.sleep(START + HOUR);
    expect(digestOf(user)).toEqual([{ digest: events.slice(-100).map(({ id }) => id), count: 150 }]);
  });

  it("in a loop collects anew, the trigger only the first time", () => {
    const user = collecting({ next: "collect" });
    user.event(comment(START));
    user.sleep(START + HOUR);
    const second = comment(START + HOUR + MINUTE);
    user.event(second);
    user.sleep(START + 2 * HOUR);
    expect(digestOf(user)).toEqual([{ digest: [second.id], count: 1 }]);
    user.sleep(START + 3 * HOUR);
    expect(digestOf(user)).toEqual([{ digest: [], count: 0 }]);
  });
});
