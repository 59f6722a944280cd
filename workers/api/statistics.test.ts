import { describe, expect, it } from "vitest";
import { foldCounts } from "./statistics.ts";

const row = (step: string, metric: string, n: number) => ({ step, metric, n });

describe("foldCounts", () => {
  it("puts each count where people look for it", () => {
    const statistics = foldCounts({ key: "j", version: 2 }, [
      row("", "started", 10),
      row("", "started", 2),
      row("", "refused:too-old", 3),
      row("", "ended:exited", 4),
      row("", "ended:completed", 1),
      row("", "goal:ordered", 2),
      row("wait", "entered", 9),
      row("wait", "left", 5),
      row("wait", "ended:exited", 3),
      row("branch", "entered", 5),
      row("branch", "left:yes:or:no", 2),
      row("branch", "left:otherwise", 3),
      row("mail", "entered", 2),
      row("mail", "message:sent", 2),
      row("mail", "left", 2),
    ]);
    expect(statistics).toMatchObject({
      journey: "j",
      version: 2,
      started: 12,
      live: 7,
      refused: { "too-old": 3 },
      ended: { exited: 4, completed: 1 },
      goals: { ordered: { runs: 12, reached: 2, rate: 1 / 6, lift: null, interval: null } },
    });
    expect(statistics.steps["wait"]).toEqual({ entered: 9, left: 8, waiting: 1, ended: { exited: 3 }, messages: {}, paths: {}, links: [] });
    expect(statistics.steps["branch"]).toMatchObject({ waiting: 0, paths: { "yes:or:no": 2, otherwise: 3 } });
    expect(statistics.steps["mail"]).toMatchObject({ waiting: 0, messages: { sent: 2 } });
  });

  it("counts words that ordinary objects have already", () => {
    const { steps, ...statistics } = foldCounts({ key: "j", version: undefined }, [
      row("", "started", 3),
      row("", "ended:constructor", 2),
      row("", "ended:__proto__", 1),
      row("pick", "left:toString", 3),
    ]);
    expect(JSON.parse(JSON.stringify(statistics))).toMatchObject({
      live: 0,
      ended: JSON.parse('{"constructor":2,"__proto__":1}') as unknown,
    });
    expect(Object.entries(steps["pick"]?.paths ?? {})).toEqual([["toString", 3]]);
  });
});
