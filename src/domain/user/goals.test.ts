import { describe, expect, it } from "vitest";
import type { Fact } from "./facts.ts";
import { catalogOf, DAY, HOUR, identify, journey, MINUTE, START, TestUser, track } from "./user-kit.test-suite.ts";

const ORDER = { type: "event", event: "Order" };
/** Ends at once, so that whatever is reached is reached after its end, unless a step stays. */
const withGoal = (condition: object, fields: object = {}): TestUser => {
  const definition = journey({
    goals: [{ key: "g", name: "G", condition, within: "P7D" }],
    start: "end",
    steps: { end: { type: "exit" } },
    ...fields,
  });
  const user = new TestUser(catalogOf({ journeys: [{ definition }] }));
  user.event(identify({ email: "a@b.c", plan: "free" }, START));
  return user;
};
const goalsOf = (user: TestUser) => user.facts.filter((fact): fact is Extract<Fact, { kind: "goal" }> => fact.kind === "goal");

describe("goals are statistics only", () => {
  it("counted at most once per run, within the window after entry, also after the run ended", () => {
    const user = withGoal(ORDER);
    user.event(track("Go", START));
    expect(user.runs).toEqual([]);
    user.event(track("Order", START + DAY));
    user.event(track("Order", START + 2 * DAY));
    expect(goalsOf(user)).toHaveLength(1);
    expect(user.state.goals).toEqual([]);
  });

  it("counted once for each run it was reached in", () => {
    const user = withGoal(ORDER);
    user.event(track("Go", START));
    user.event(track("Go", START + HOUR));
    user.event(track("Order", START + DAY));
    expect(new Set(goalsOf(user).map(({ run }) => run)).size).toBe(2);
  });

  it("not after the window, but a late event of a time within it still counts", () => {
    const user = withGoal(ORDER);
    user.event(track("Go", START));
    user.event(track("Order", START + 8 * DAY));
    expect(goalsOf(user)).toHaveLength(0);
    user.event(track("Order", START + 6 * DAY, { receivedAt: START + 8 * DAY + HOUR }));
    expect(goalsOf(user)).toHaveLength(1);
  });

  it("never end a run", () => {
    const steps = { wait: { type: "wait", for: "P1D", next: "end" }, end: { type: "exit" } };
    const user = withGoal(ORDER, { start: "wait", steps });
    user.event(track("Go", START));
    user.event(track("Order", START + HOUR));
    expect(goalsOf(user)).toHaveLength(1);
    expect(user.runs).toHaveLength(1);
  });
});

describe("a goal of an ended run", () => {
  it("still knows the run's key", () => {
    const trigger = { type: "event", event: "Go", key: "properties.cart" };
    const user = withGoal(ORDER, { trigger });
    user.event(track("Go", START, { properties: { cart: "a" } }));
    user.event(track("Order", START + 1, { properties: { cart: "b" } }));
    expect(goalsOf(user)).toHaveLength(0);
    user.event(track("Order", START + 2, { properties: { cart: "a" } }));
    expect(goalsOf(user)).toHaveLength(1);
  });

  it("still counts from the entry, the trigger itself not included", () => {
    const user = withGoal({ type: "event", event: "Go", count: { operator: "at-least", value: 1 } }, { frequency: { type: "once" } });
    user.event(track("Go", START));
    expect(goalsOf(user)).toHaveLength(0);
    user.event(track("Go", START + 1));
    expect(goalsOf(user)).toHaveLength(1);
  });

  it("still counts from when the run came to its last step, where it says so", () => {
    const steps = { wait: { type: "wait", for: "PT1H", next: "end" }, end: { type: "exit" } };
    const user = withGoal({ ...ORDER, since: "step", count: { operator: "at-least", value: 2 } }, { start: "wait", steps });
    user.event(track("Go", START));
    user.event(track("Order", START + MINUTE));
    user.sleep(START + HOUR);
    user.event(track("Order", START + 2 * HOUR));
    expect(goalsOf(user)).toHaveLength(0);
    user.event(track("Order", START + 3 * HOUR));
    expect(goalsOf(user)).toHaveLength(1);
  });

  it("still knows the event that started it", () => {
    const asks = { type: "trigger", path: "properties.size", operator: "at-least", value: 10 };
    const user = withGoal({ type: "and", conditions: [ORDER, asks] });
    user.event(track("Go", START, { properties: { size: 5 } }));
    user.event(track("Order", START + 1));
    expect(goalsOf(user)).toHaveLength(0);
    user.event(track("Go", START + 2, { properties: { size: 20 } }));
    user.event(track("Order", START + 3));
    expect(goalsOf(user)).toHaveLength(1);
  });

  it("still knows what it was entered with by call", () => {
    const asks = { type: "trigger", path: "properties.size", operator: "at-least", value: 10 };
    const user = withGoal({ type: "and", conditions: [ORDER, asks] }, { trigger: { type: "api" } });
    user.do({ type: "enter", id: "x", journey: "j", properties: { size: 20 } });
    user.event(track("Order", START + 1));
    expect(goalsOf(user)).toHaveLength(1);
  });
});

describe("reported per run, path, variant, against the holdout", () => {
  const fork = {
    start: "fork",
    steps: {
      fork: {
        type: "branch",
        paths: [{ name: "free", condition: { type: "attribute", path: "plan", operator: "equals", value: "free" }, next: "hold" }],
        otherwise: "hold",
      },
      hold: { type: "holdout", percent: 100, next: "wait" },
      wait: { type: "wait", for: "PT1H", next: "end" },
      end: { type: "exit" },
    },
  };

  it("tells the ways the run took and its side, while it lives and after it ended", () => {
    for (const at of [START + MINUTE, START + DAY]) {
      const user = withGoal(ORDER, fork);
      user.event(track("Go", START));
      user.sleep(at);
      user.event(track("Order", at));
      expect(goalsOf(user)).toMatchObject([{ paths: ["fork:free", "hold:held-out"], withheld: true }]);
    }
  });

  it("those who pass a holdout and are not held out are told as treated", () => {
    const steps = { ...fork.steps, hold: { ...fork.steps.hold, percent: 0.000_001 } };
    const user = withGoal(ORDER, { ...fork, steps });
    user.event(track("Go", START));
    user.event(track("Order", START + 1));
    expect(goalsOf(user)).toMatchObject([{ paths: ["fork:free", "hold:treated"], treated: true }]);
    expect(goalsOf(user)[0]).not.toHaveProperty("withheld");
    expect(user.kinds("step-left")).toMatchObject([{ step: "fork" }, { step: "hold", arm: "treated" }]);
  });

  it("a run that passes its holdout in a circle is told of once", () => {
    const steps = { ...fork.steps, wait: { ...fork.steps.wait, next: "hold" } };
    const user = withGoal(ORDER, { ...fork, steps: { hold: steps.hold, wait: steps.wait, fork: steps.fork } });
    user.event(track("Go", START));
    user.sleep(START + 5 * HOUR);
    expect(user.kinds("step-left").filter((fact) => fact.kind === "step-left" && fact.arm !== undefined)).toHaveLength(1);
  });

  it("keeps little of an ended run: all open goals of a user are one row", () => {
    const user = withGoal(ORDER, { trigger: { type: "api" } });
    user.do({ type: "enter", id: "x", journey: "j", properties: { text: "x".repeat(5_000) } });
    expect(JSON.stringify(user.state.goals).length).toBeLessThan(1_000);
  });
});
