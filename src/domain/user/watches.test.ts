import { describe, expect, it } from "vitest";
import { compileCatalog } from "../catalog/compile.ts";
import { decide } from "./decide.ts";
import type { UserState } from "./state.ts";
import { catalogOf, DAY, journey, START, TestUser, track } from "./user-kit.test-suite.ts";

const many = 400;
const catalog = catalogOf({
  journeys: Array.from({ length: many }, (_, n) => ({
    definition: journey({
      key: `j${n}`,
      exit: { type: "event", event: `Stop ${n}` },
      goals: [{ key: "g", name: "G", condition: { type: "event", event: `Buy ${n}` }, within: "P7D" }],
      steps: { wait: { type: "wait", for: "P30D", next: "end" }, end: { type: "exit" } },
    }),
  })),
});

/** Counts how often a run or goal is looked at. */
const counting = (state: UserState): { readonly state: UserState; readonly looks: () => number } => {
  let looks = 0;
  const watched = <T extends object>(whole: T): T =>
    new Proxy(whole, {
      get: (target, name, receiver) => {
        if (typeof name === "string" && (name.startsWith("r") || /^\d+$/.test(name))) looks++;
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
  return { state: { ...state, runs: watched(state.runs), goals: watched(state.goals) }, looks: () => looks };
};

describe("A thousand timers: what an event costs does not grow with runs that do not wait for it", () => {
  const user = new TestUser(catalog);
  user.event(track("Go", START));
  const { state, looks } = counting(user.state);
  const context = { catalog, history: user.history };
  const decided = (name: string, at: number) => decide(state, { type: "event", event: track(name, at) }, { ...context, now: at });

  it("runs and goals are looked through once, and not again while they stay as they are", () => {
    expect(Object.keys(user.state.runs)).toHaveLength(many);
    decided("Other", START + 1);
    const first = looks();
    for (let n = 2; n < 50; n++) expect(decided("Other", START + n).nextDue).toBe(START + 30 * DAY);
    expect(looks()).toBe(first);
  });

  it("an event that one of them waits for still finds it, and so does its instant", () => {
    expect(decided(`Stop ${many - 1}`, START + 60).facts).toMatchObject([{ kind: "run-ended", journey: `j${many - 1}`, reason: "exited" }]);
    expect(decided("Buy 7", START + 61).facts).toMatchObject([{ kind: "goal", journey: "j7" }]);
    const due = decide(state, { type: "tick" }, { ...context, now: START + 30 * DAY });
    expect(due.facts.filter(({ kind }) => kind === "run-ended")).toHaveLength(many);
  });

  it("another catalog is looked at anew", () => {
    const paused = compileCatalog({
      ...catalog.document,
      version: 2,
      journeys: catalog.document.journeys.map((one) => ({ ...one, status: "stopped" as const })),
    });
    const ended = decide(state, { type: "tick" }, { ...context, catalog: paused, now: START + 62 });
    expect(ended.facts.filter(({ kind }) => kind === "run-ended")).toHaveLength(many);
  });
});
