import { describe, expect, it } from "vitest";
import { catalogOf, journey, START, HOUR, identify, TestUser, track } from "../../domain/user/user-kit.test-suite.ts";
import { countsOf } from "./count-facts.ts";

/** How often each metric was counted over everything that happened to a user: "step metric". */
const countsFor = (user: TestUser): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const [, , step, metric] of user.facts.flatMap(countsOf)) counts[`${step} ${metric}`] = (counts[`${step} ${metric}`] ?? 0) + 1;
  return counts;
};

const someone = (percent: number): TestUser => {
  const steps = {
    hold: { type: "holdout", percent, next: "send" },
    send: { type: "send", channel: "email", template: "hello", next: "end" },
    end: { type: "exit" },
  };
  const goals = [{ key: "ordered", name: "Ordered", condition: { type: "event", event: "Order" } }];
  const user = new TestUser(catalogOf({ journeys: [{ definition: journey({ start: "hold", goals, steps }) }] }));
  user.event(identify({ email: "a@b.c" }, START));
  return user;
};

describe("countsOf", () => {
  it("counts each status of a message once, with reports late, repeated and out of order", () => {
    const user = someone(0.000_001);
    const id = user.event(track("Go", START)).deliver[0]?.message ?? "";
    user.claim(id);
    user.do({ type: "settled", message: id, attempt: 1, outcome: { kind: "retry", detail: "503" } });
    user.sleep(START + HOUR);
    user.accept(id);
    for (const status of ["clicked", "delivered", "clicked", "opened", "delivered"] as const)
      user.do({ type: "reported", message: id, status });
    expect(countsFor(user)).toMatchObject({
      "send message:sent": 1,
      "send message:delivered": 1,
      "send message:opened": 1,
      "send message:clicked": 1,
    });
  });

  it("messages withheld are counted, apart from those skipped", () => {
    const user = someone(100);
    user.claim(user.event(track("Go", START)).deliver[0]?.message ?? "");
    const counts = countsFor(user);
    expect(counts).toMatchObject({ "send message:withheld": 1, " arm:held-out": 1 });
    expect(counts).not.toHaveProperty("send message:skipped");
  });

  it("goals are reported per run, path, variant, against the holdout", () => {
    for (const [percent, arm] of [
      [100, "held-out"],
      [0.000_001, "treated"],
    ] as const) {
      const user = someone(percent);
      user.event(track("Go", START));
      user.event(track("Order", START + 1));
      user.event(track("Order", START + 2));
      expect(countsFor(user)).toMatchObject({
        " goal:ordered": 1,
        [` goal-${arm}:ordered`]: 1,
        [` arm:${arm}`]: 1,
        [`hold goal:ordered:${arm}`]: 1,
        [`hold left:${arm}`]: 1,
      });
    }
  });

  it("a goal counts for the variant that was sent", () => {
    const goal = { kind: "goal", at: 1, journey: "j", version: 2, run: "r", goal: "g", paths: ["send/variant:1", "fork:a:b"] } as const;
    expect(countsOf(goal)).toEqual([
      ["j", 2, "", "goal:g"],
      ["j", 2, "send", "variant:1:goal"],
      ["j", 2, "send", "goal-variant:g:1"],
      ["j", 2, "fork", "goal:g:a:b"],
    ]);
  });
});
