import { describe, expect, it } from "vitest";
import { foldGoals } from "./goal-statistics.ts";

const row = (step: string, metric: string, n: number) => ({ step, metric, n });

describe("foldGoals", () => {
  it("counts a goal among runs, ways, variants and both sides of the holdout, with the lift and its interval", () => {
    const { ordered } = foldGoals(
      [
        row("", "started", 150),
        row("", "moved:in", 10),
        row("", "moved:out", 10),
        row("", "arm:held-out", 80),
        row("", "arm:treated", 70),
        row("", "goal:ordered", 104),
        row("", "goal-held-out:ordered", 48),
        row("", "goal-treated:ordered", 56),
        row("fork", "left:a:b", 100),
        row("fork", "left:otherwise", 50),
        row("fork", "goal:ordered:a:b", 80),
        row("mail", "variant:0:made", 40),
        row("mail", "variant:0:sent", 39),
        row("mail", "variant:1:made", 60),
        row("mail", "goal-variant:ordered:1", 30),
        row("mail", "variant:1:goal", 30),
      ],
      [],
    );
    expect(ordered).toMatchObject({
      runs: 150,
      reached: 104,
      rate: 104 / 150,
      byPath: { "fork:a:b": { runs: 100, reached: 80, rate: 0.8 }, "fork:otherwise": { runs: 50, reached: 0, rate: 0 } },
      byVariant: { "mail:0": { runs: 40, reached: 0, rate: 0 }, "mail:1": { runs: 60, reached: 30, rate: 0.5 } },
      holdout: { runs: 80, reached: 48, rate: 0.6 },
      treated: { runs: 70, reached: 56, rate: 0.8 },
    });
    expect(ordered?.lift).toBeCloseTo(0.2, 10);
    expect(ordered?.interval?.map((bound) => Number(bound.toFixed(4)))).toEqual([0.0524, 0.3339]);
  });

  it("shows goals nobody reached, and no lift without a holdout", () => {
    expect(foldGoals([row("", "started", 3)], ["ordered"])["ordered"]).toMatchObject({
      runs: 3,
      reached: 0,
      rate: 0,
      holdout: { runs: 0, reached: 0, rate: null },
      lift: null,
      interval: null,
    });
  });

  it("never tells of fewer runs than reached the goal, in whatever order facts are projected", () => {
    expect(foldGoals([row("", "goal:g", 2)], [])["g"]).toMatchObject({ runs: 2, reached: 2, rate: 1 });
  });

  it("counts words that ordinary objects have already", () => {
    const found = foldGoals([row("pick", "left:constructor", 3), row("pick", "goal:g:constructor", 1)], ["g"]);
    expect(Object.entries(found["g"]?.byPath ?? {})).toEqual([["pick:constructor", { runs: 3, reached: 1, rate: 1 / 3 }]]);
  });
});
