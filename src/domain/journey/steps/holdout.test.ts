import { describe, expect, it } from "vitest";
import { catalogOf, HOUR, identify, journey, START, TestUser, track } from "../../user/user-kit.test-suite.ts";

const held = (percent: number, send: object = {}): TestUser => {
  const user = new TestUser(
    catalogOf({
      journeys: [
        {
          definition: journey({
            goals: [{ key: "g", name: "G", condition: { type: "event", event: "Order" }, within: "P1D" }],
            start: "hold",
            steps: {
              hold: { type: "holdout", percent, next: "send" },
              send: { type: "send", channel: "email", template: "hello", onFailure: "exit", next: "after", ...send },
              after: { type: "wait", for: "P1D", next: "end" },
              end: { type: "exit" },
            },
          }),
        },
      ],
    }),
  );
  user.event(identify({ email: "a@b.c" }, START));
  user.event(track("Go", START));
  return user;
};

describe("holdout", () => {
  it("those held out go on with messages withheld and counted, so that goals can be compared", () => {
    const user = held(100);
    const [message = ""] = user.messages;
    expect(user.claim(message).claim).toEqual({ kind: "no", reason: "held out" });
    expect(user.history.message(message)).toMatchObject({ status: "skipped", reason: "held out" });
    // Not a failure: onFailure is not followed.
    expect(user.runs[0]?.position.step).toBe("after");
    expect(user.facts).toContainEqual(expect.objectContaining({ kind: "step-left", step: "hold", path: "held-out" }));
    user.event(track("Order", START + HOUR));
    expect(user.kinds("goal")).toMatchObject([{ goal: "g", withheld: true, paths: ["hold:held-out", "send:withheld"] }]);
  });

  it("the others are told apart as treated, and get theirs", () => {
    const user = held(0.000_000_1);
    const [message = ""] = user.messages;
    user.accept(message);
    expect(user.history.message(message)?.status).toBe("sent");
    expect(user.facts).toContainEqual(expect.objectContaining({ kind: "step-left", step: "hold", path: "treated" }));
  });
});
