import { describe, expect, it } from "vitest";
import type { QuotaWord } from "../sending/quota.ts";
import { claim } from "./claim.ts";
import { catalogOf, DAY, identify, MINUTE, renderAnything, sendJourney, START, TestUser, track } from "./user-kit.test-suite.ts";

const rules = { quota: { day: 2 } };
const over: QuotaWord = { kind: "over", until: START + DAY, reason: "quota: 2 messages a day" };
const queued = (send: object = {}, more: object = {}) => {
  const user = new TestUser(catalogOf({ journeys: [{ definition: sendJourney({}, send) }], rules, ...more }));
  user.event(identify({ email: "a@b.c" }, START));
  const message = user.event(track("Go", START)).deliver[0]?.message ?? "";
  const ask = (quota?: QuotaWord, place?: "free") => {
    const decision = claim(
      user.state,
      { message, workspace: {}, ...(quota && { quota }), ...(place && { place }) },
      { now: user.now, catalog: user.catalog, history: user.history, render: renderAnything },
    );
    user.state = decision.state;
    for (const one of decision.messages) user.history.putMessage(one);
    user.decisions.push(decision);
    return decision.claim;
  };
  return { user, message, ask };
};

describe("a workspace's quota", () => {
  it("is asked after the whole re-check, and what has room is sent", () => {
    const { ask } = queued();
    expect(ask()).toEqual({ kind: "quota", quota: { day: 2 }, passing: false });
    expect(ask({ kind: "counted" }).kind).toBe("send");
    const out = queued();
    out.user.do({ type: "suppress", channel: "email", reason: "asked" });
    expect(out.ask()).toMatchObject({ kind: "no", reason: "suppressed: asked" });
  });

  it("holds what is over until its period ends, a little apart, and asks everything again then", () => {
    const { user, message, ask } = queued();
    expect(ask(over)).toEqual({ kind: "no", reason: "quota: 2 messages a day" });
    const held = user.state.open[message];
    expect(held).toMatchObject({ status: "held", reason: "quota: 2 messages a day" });
    expect(held?.due).toBeGreaterThanOrEqual(START + DAY);
    expect(held?.due).toBeLessThan(START + DAY + 10 * MINUTE);
    expect(user.tick(held?.due ?? 0).deliver).toEqual([{ channel: "email", message }]);
    expect(ask()).toMatchObject({ kind: "quota" });
  });

  it("asks again at once when the rules are others", () => {
    const { user, message, ask } = queued();
    ask(over);
    user.catalog = catalogOf({ version: 2, journeys: [{ definition: sendJourney() }] });
    expect(user.tick(START + MINUTE).deliver).toEqual([{ channel: "email", message }]);
    expect(ask().kind).toBe("send");
  });

  it("counts transactional messages and lets them pass, whatever it says", () => {
    const { ask } = queued({ transactional: true });
    expect(ask()).toMatchObject({ kind: "quota", passing: true });
    expect(ask(over).kind).toBe("send");
  });

  it("counts a message once: another attempt asks nobody, nor does a simulation", () => {
    const { user, message, ask } = queued();
    ask({ kind: "counted" });
    user.do({ type: "settled", message, attempt: 1, outcome: { kind: "retry", detail: "503" } });
    user.sleep(START + MINUTE);
    expect(ask().kind).toBe("send");
    expect(queued().ask(undefined, "free").kind).toBe("send");
  });
});
