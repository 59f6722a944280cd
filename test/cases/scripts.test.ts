import { describe, expect, it } from "vitest";
import { membersOf, playCase } from "./play-case.ts";
import scripts from "./scripts.json" with { type: "json" };

interface Case {
  readonly id: string;
  readonly start: string;
  readonly definitions: object;
  readonly script: readonly object[];
  readonly until: string;
  readonly expect: readonly object[] | "refused";
  /** Number of members of segments at the end. */
  readonly members?: Readonly<Record<string, number>>;
}

describe("journeys of other systems", () => {
  it.each(scripts as unknown as readonly Case[])("$id", ({ start, definitions, script, until, expect: expected, members }) => {
    const play = () => playCase({ start, definitions, script, until, ...(expected !== "refused" && { expect: expected }) });
    if (expected === "refused") return expect(play).toThrow();
    const simulation = play();
    expect(simulation.failures, JSON.stringify(simulation.trace, undefined, 1)).toEqual([]);
    for (const [segment, count] of Object.entries(members ?? {})) expect(membersOf(simulation, segment)).toHaveLength(count);
  });

  it("pv-041: shares of a split hold over many users, and each stays where it is", () => {
    const users = Array.from({ length: 800 }, (_, index) => `u${index}`);
    const split = {
      type: "split",
      paths: [
        { percent: 75, next: "a" },
        { percent: 25, next: "b" },
      ],
    };
    const journey = {
      key: "j",
      name: "J",
      trigger: { type: "event", event: "E" },
      frequency: { type: "every-time" },
      start: "s",
      steps: { s: split, a: { type: "exit" }, b: { type: "exit" } },
    };
    const script = ["PT0S", "PT1S"].flatMap((at) => users.map((userId) => ({ at, type: "track", userId, event: "E" })));
    const { trace } = playCase({ definitions: { journeys: [journey] }, script, until: "PT1M" });
    const ways = users.map((user) => trace.flatMap(({ type, userId, step }) => (type === "run-ended" && userId === user ? [step] : [])));
    expect(ways.every(([first, second]) => first !== undefined && first === second)).toBe(true);
    expect(ways.filter(([first]) => first === "a").length / users.length).toBeCloseTo(0.75, 1);
  });
});
