import { describe, expect, it } from "vitest";
import { plainAttributes } from "./attributes.ts";
import { catalogOf, HOUR, identify, journey, MINUTE, SECOND, START, TestUser, track } from "./user-kit.test-suite.ts";
import type { AskAnswer, OpenAsk } from "./state.ts";

const live = (definition: object) => ({ definition });
const calling = (webhook: object = {}, fields: object = {}) =>
  journey({
    start: "call",
    steps: {
      call: { type: "webhook", url: "https://shop.example/score/{{ user.id }}", next: "choose", ...webhook },
      choose: {
        type: "branch",
        paths: [{ name: "gold", condition: { type: "attribute", path: "tier", operator: "equals", value: "gold" }, next: "rest" }],
        otherwise: "end",
      },
      rest: { type: "wait", for: "PT1H", next: "end" },
      failed: { type: "exit", reason: "went-wrong" },
      end: { type: "exit" },
    },
    ...fields,
  });
const userIn = (...journeys: readonly object[]): TestUser => new TestUser(catalogOf({ journeys: journeys.map(live) }));
const askOf = (user: TestUser): OpenAsk => {
  const ask = user.decisions.at(-1)?.asks.at(-1);
  if (ask === undefined) throw new Error("expected an ask");
  return ask;
};
const answer = (user: TestUser, ask: OpenAsk, said: AskAnswer, now = user.now) =>
  user.do({ type: "answered", ask: ask.id, answer: said }, now);
const paths = (user: TestUser) => user.facts.flatMap((fact) => (fact.kind === "step-left" ? [fact.path] : []));

describe("webhook", () => {
  it("asks the outside and waits; the answer's values become attributes and variables, and the journey branches on them", () => {
    const user = userIn(
      calling({
        headers: { "X-City": "{{ user.city }}" },
        body: '{"price": {{ trigger.properties.price | json }}}',
        save: { tier: "data.tier", "address.zip": "data.zip", "variables.score": "data.scores[0]", gone: "data.none" },
      }),
    );
    user.event(identify({ city: "Bonn", gone: "stays" }, START));
    const { asks, nextDue } = user.event(track("Go", START, { properties: { price: 5 } }));
    expect(asks).toMatchObject([
      {
        journey: "j",
        step: "call",
        wish: {
          kind: "webhook",
          url: "https://shop.example/score/u",
          method: "POST",
          headers: { "X-City": "Bonn" },
          body: '{"price": 5}',
          timeoutMs: 30_000,
        },
      },
    ]);
    expect(nextDue).toBe(START + 30 * SECOND);
    answer(
      user,
      askOf(user),
      { kind: "webhook", status: 200, body: { data: { tier: "gold", zip: 53111, scores: [7, 8] } } },
      START + SECOND,
    );
    expect(plainAttributes(user.state.profile.attributes)).toEqual({ city: "Bonn", gone: "stays", tier: "gold", address: { zip: 53111 } });
    expect(user.runs[0]?.variables).toEqual({ score: 7 });
    expect(paths(user)).toEqual(["answered", "gold"]);
    expect(user.kinds("webhook")).toMatchObject([{ at: START + SECOND, journey: "j", step: "call", status: 200 }]);
    expect(user.state.asks).toEqual({});
  });

  it("variables are there for the steps after", () => {
    const user = userIn(
      journey({
        start: "call",
        steps: {
          call: { type: "webhook", url: "https://a.example", save: { "variables.score": "score" }, next: "keep" },
          keep: { type: "update", set: { kept: "{{ variables.score }}" }, next: "rest" },
          rest: { type: "wait", for: "PT1H" },
        },
      }),
    );
    user.event(track("Go", START));
    answer(user, askOf(user), { kind: "webhook", status: 204, body: { score: 3 } });
    expect(plainAttributes(user.state.profile.attributes)).toEqual({ kept: 3 });
  });

  it.each([
    ["continue", undefined, ["failed", "otherwise"], "exit-step"],
    ["exit", "exit", [], "webhook-failed"],
    ["a step", { step: "failed" }, ["failed"], "went-wrong"],
  ])("onFailure: %s, when the endpoint says no", (_name, onFailure, left, ending) => {
    const user = userIn(calling({ ...(onFailure !== undefined && { onFailure }), save: { tier: "tier" } }));
    user.event(track("Go", START));
    answer(user, askOf(user), { kind: "webhook", status: 500, body: { tier: "gold" } });
    expect(paths(user)).toEqual(left);
    expect(user.endings).toEqual([ending]);
    expect(plainAttributes(user.state.profile.attributes)).toEqual({});
    expect(user.kinds("webhook")).toMatchObject([{ status: 500 }]);
  });

  it("asks no question that cannot be printed, and says why", () => {
    const user = userIn(calling({ url: "https://a.example/{{ user.missing }}", onFailure: { step: "failed" } }));
    expect(user.event(track("Go", START)).asks).toEqual([]);
    expect(user.endings).toEqual(["went-wrong"]);
    expect(user.kinds("step-left")[0]).toMatchObject({ path: "unprintable", because: { clause: expect.stringContaining("user.missing") } });
  });

  it("asks again at its own instant what nobody answered, then the time-out comes as an answer", () => {
    const user = userIn(calling({ timeout: "PT5M" }));
    user.event(track("Go", START));
    const first = askOf(user);
    user.sleep(START + 10 * MINUTE);
    const again = user.decisions.flatMap(({ asks }) => asks);
    expect(again.map(({ id }) => id)).toEqual([first.id, first.id, first.id, first.id]);
    expect(again.map(({ attempts }) => attempts)).toEqual([1, 2, 3, 4]);
    expect(user.kinds("webhook")).toMatchObject([{ at: START + 5 * MINUTE, reason: "no answer in time" }]);
    expect(user.state.asks).toEqual({});
    expect(user.nextDue).toBeUndefined();
  });

  it("an answer after the exit, a second one and one to nothing change nothing", () => {
    const user = userIn(calling({ save: { tier: "tier" } }, { exit: { type: "event", event: "Stop" } }));
    user.event(track("Go", START));
    const ask = askOf(user);
    user.event(track("Stop", START + SECOND));
    expect(user.state.asks).toEqual({});
    const { state } = user;
    const late = answer(user, ask, { kind: "webhook", status: 200, body: { tier: "gold" } });
    expect(late.state).toBe(state);
    expect(late.facts).toEqual([]);
    expect(answer(user, { ...ask, id: "toString" }, { kind: "webhook", status: 200 }).state).toBe(state);
  });

  it("an exit and the answer's time-out at the same instant: exit wins", () => {
    const user = userIn(
      calling(
        { timeout: "PT1M" },
        { exit: { type: "attribute", path: "plan", operator: "exists", for: "PT1M" }, audience: { type: "everyone" } },
      ),
    );
    user.event(track("Go", START));
    user.event(identify({ plan: "x" }, START));
    user.tick(START + HOUR);
    expect(user.endings).toEqual(["exited"]);
    expect(user.kinds("webhook")).toEqual([]);
    expect(user.facts.at(-1)?.at).toBe(START + MINUTE);
  });

  it("keeps two questions apart: each answer moves its own run", () => {
    const user = userIn(calling({}, { key: "a" }), calling({}, { key: "b" }));
    const { asks } = user.event(track("Go", START));
    expect(asks.map(({ journey: key }) => key)).toEqual(["a", "b"]);
    const [a, b] = asks;
    if (a === undefined || b === undefined) throw new Error("expected two asks");
    answer(user, b, { kind: "webhook", status: 200 });
    expect(user.runs.map((run) => run.journey)).toEqual(["a"]);
    answer(user, a, { kind: "failed", reason: "no connection" });
    expect(user.runs).toEqual([]);
    expect(user.kinds("webhook")).toMatchObject([
      { journey: "b", status: 200 },
      { journey: "a", reason: "no connection" },
    ]);
  });

  it("makes the same id for the same question, and another for the next visit", () => {
    const loop = journey({
      start: "call",
      steps: { call: { type: "webhook", url: "https://a.example", next: "rest" }, rest: { type: "wait", for: "PT1M", next: "call" } },
    });
    const idsOf = () => {
      const user = userIn(loop);
      user.event(track("Go", START, { id: "same" }));
      const first = askOf(user);
      answer(user, first, { kind: "webhook", status: 200 });
      user.sleep(START + MINUTE);
      return [first.id, askOf(user).id];
    };
    const ids = idsOf();
    expect(new Set(ids).size).toBe(2);
    expect(idsOf()).toEqual(ids);
  });

  it("a merge carries open questions along: the answer that is forwarded moves the run", () => {
    const parts = { journeys: [live(calling({ save: { tier: "tier" } }))] };
    const source = new TestUser(catalogOf(parts), "a:x");
    source.event(track("Go", START, { userId: undefined as never, anonymousId: "x" }));
    const ask = askOf(source);
    const target = new TestUser(catalogOf(parts));
    target.event(identify({}, START));
    const { runs, goals, entries, open, asks, claims } = source.state;
    const carried = { runs, goals, entries, open, asks, claims };
    target.do({ type: "import", merge: "m1", from: "a:x", profile: source.state.profile, events: source.history.all(), carried });
    expect(Object.keys(target.state.asks)).toEqual([ask.id]);
    answer(target, ask, { kind: "webhook", status: 200, body: { tier: "gold" } });
    expect(target.runs.map((run) => run.position)).toMatchObject([{ at: "wait", step: "rest" }]);
  });

  it("bounds what is open: a question that does not fit fails at once", () => {
    const user = userIn(calling({ body: "x".repeat(30_000) }));
    for (let call = 0; call < 10; call++) user.event(track("Go", START + call));
    expect(Object.keys(user.state.asks).length).toBeLessThan(8);
    expect(JSON.stringify(user.state.asks).length).toBeLessThan(200_000);
    expect(user.runs.length).toBe(Object.keys(user.state.asks).length);
    expect(user.endings).toContain("exit-step");
  });

  it("a paused journey takes the answer and goes no further until it is resumed", () => {
    const parts = (version: number, status: "live" | "paused") => ({
      version,
      journeys: [{ status, definition: calling({ save: { tier: "tier" } }) }],
    });
    const user = new TestUser(catalogOf(parts(1, "live")));
    user.event(track("Go", START));
    const ask = askOf(user);
    user.catalog = catalogOf(parts(2, "paused"));
    answer(user, ask, { kind: "webhook", status: 200, body: { tier: "gold" } });
    expect(user.runs[0]?.position).toEqual({ at: "step", step: "choose" });
    user.catalog = catalogOf(parts(3, "live"));
    user.do({ type: "refresh", silent: true });
    expect(user.runs[0]?.position).toMatchObject({ at: "wait", step: "rest" });
  });
});

const limited = (throttle: object, fields: object = {}) =>
  journey({
    start: "gate",
    steps: {
      gate: { type: "throttle", next: "through", ...throttle },
      through: { type: "exit", reason: "through" },
      full: { type: "exit", reason: "full" },
    },
    ...fields,
  });
const passes = (user: TestUser) =>
  user.facts.flatMap((fact) => (fact.kind === "step-left" && fact.path === "passed" ? [fact.at - START] : []));

describe("throttle per user", () => {
  it("lets at most count runs pass in any window, and the others wait until a place is free, exact", () => {
    const user = userIn(limited({ count: 2, per: "PT1H" }));
    for (const at of [0, 10, 20, 30, 40]) user.event(track("Go", START + at * MINUTE));
    user.sleep(START + 5 * HOUR);
    expect(passes(user)).toEqual([0, 10, 60, 70, 120].map((minutes) => minutes * MINUTE));
    expect(user.endings).toEqual(["through", "through", "through", "through", "through"]);
  });

  it("is as exact when the alarm was late", () => {
    const user = userIn(limited({ count: 1, per: "PT10M" }));
    for (const at of [0, 1, 2]) user.event(track("Go", START + at * MINUTE));
    user.tick(START + 9 * HOUR);
    expect(passes(user)).toEqual([0, 10 * MINUTE, 20 * MINUTE]);
  });

  it("or take the step named in otherwise", () => {
    const user = userIn(limited({ count: 1, per: "PT1H", otherwise: { step: "full" } }));
    for (const at of [0, 59, 60]) user.event(track("Go", START + at * MINUTE));
    expect(user.endings).toEqual(["through", "full", "through"]);
  });

  it("shares a limit between journeys by key, which is Liquid, and not otherwise", () => {
    const gate = { count: 1, per: "PT1H", otherwise: { step: "full" }, key: "shop-{{ trigger.properties.shop }}" };
    const user = userIn(limited(gate, { key: "a" }), limited(gate, { key: "b", trigger: { type: "event", event: "Gone" } }));
    user.event(track("Go", START, { properties: { shop: 1 } }));
    user.event(track("Gone", START, { properties: { shop: 1 } }));
    user.event(track("Gone", START, { properties: { shop: 2 } }));
    expect(user.endings).toEqual(["through", "full", "through"]);
  });
});

describe("throttle per workspace", () => {
  const gate = { count: 3, per: "PT1M", scope: "workspace" };

  it("asks the limiter, and waits for the place it was given", () => {
    const user = userIn(limited({ ...gate, key: "calls" }));
    user.event(track("Go", START));
    const ask = askOf(user);
    expect(ask.wish).toEqual({ kind: "throttle", name: "calls", count: 3, perMs: MINUTE, queue: true, leadMs: SECOND });
    answer(user, ask, { kind: "throttle", admitted: true, at: START + 5 * MINUTE }, START + SECOND);
    expect(user.nextDue).toBe(START + 5 * MINUTE);
    user.tick(START + HOUR);
    expect(passes(user)).toEqual([5 * MINUTE]);
  });

  it("asks for another place, with more time, when the answer came after the place: so each pass is at its place's instant", () => {
    const user = userIn(limited(gate));
    user.event(track("Go", START));
    answer(user, askOf(user), { kind: "throttle", admitted: true, at: START + SECOND }, START + 3 * SECOND);
    const again = askOf(user);
    expect(again.wish).toMatchObject({ kind: "throttle", name: "j/gate", leadMs: 6 * SECOND });
    answer(user, again, { kind: "throttle", admitted: true, at: START + 9 * SECOND }, START + 4 * SECOND);
    user.sleep(START + MINUTE);
    expect(passes(user)).toEqual([9 * SECOND]);
  });

  it("takes the step named in otherwise where there is no place, and where the limiter never answers", () => {
    const user = userIn(limited({ ...gate, otherwise: { step: "full" } }));
    user.event(track("Go", START));
    answer(user, askOf(user), { kind: "throttle", admitted: false });
    user.event(track("Go", START));
    user.sleep(START + 25 * HOUR);
    expect(user.endings).toEqual(["full", "full"]);
    expect(paths(user)).toEqual(["full", "unanswered"]);
  });
});
