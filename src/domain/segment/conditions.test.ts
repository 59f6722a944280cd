import { describe, expect, it } from "vitest";
import type { UserEvent } from "../event/event.ts";
import { MemoryHistory } from "../user/memory-history.ts";
import { newUser } from "../user/new-user.ts";
import type { Run } from "../user/state.ts";
import { compileCondition } from "./compile-condition.ts";
import type { CompiledCondition, Since } from "./condition.ts";
import { conditionProperties, someRun } from "./condition-properties.test-suite.ts";
import { conditionSchema } from "./conditions/all.ts";
import { fileMatch } from "./tallies.ts";

describe("conditions equal a naive oracle that rescans all history, at every nextChange: just before, at, just after", () => {
  conditionProperties(() => new MemoryHistory(), 1500);
});

const historyOf = (condition: CompiledCondition, events: readonly UserEvent[]): MemoryHistory => {
  const history = new MemoryHistory();
  for (const event of events) {
    history.append(event);
    for (const tally of condition.tallies) fileMatch(tally, event, { history, past: false });
  }
  return history;
};

describe("event conditions inside a journey", () => {
  const at = (id: string, time: number, receivedAt: number): UserEvent => ({
    id,
    type: "track",
    event: "A",
    properties: { k: "x" },
    time,
    receivedAt,
    index: 0,
    key: "client",
  });
  const count = (events: readonly UserEvent[], run: Run, since: Since, more: object = {}): unknown => {
    const compiled = compileCondition(conditionSchema.parse({ type: "event", event: "A", ...more }), {
      path: "c",
      inJourney: true,
      timezone: "UTC",
    });
    return compiled.evaluate({ state: newUser("w", "u:1", 0), history: historyOf(compiled, events), run, now: 100, since }).because?.value;
  };
  const trigger = at("trigger", 10, 12);

  it("count from the trigger's own time on, it not included, also what arrived before it", () => {
    const run = someRun(trigger, { entered: 12, step: 12, byEvent: trigger });
    expect(count([trigger], run, "entry")).toBe(0);
    expect(count([at("same time, arrived before", 10, 11), trigger], run, "entry")).toBe(1);
    expect(count([at("same time, arrived after", 10, 13), trigger], run, "entry")).toBe(1);
    expect(count([at("a moment before", 9, 13), trigger], run, "entry")).toBe(0);
    expect(count([trigger], run, "entry", { since: "ever" })).toBe(1);
  });

  it("since the step: one event cannot pass two waits for the same name", () => {
    const mover = at("mover", 20, 20);
    const run = someRun(trigger, { entered: 12, step: 20, byEvent: mover });
    expect(count([trigger, mover], run, "step")).toBe(0);
    expect(count([trigger, mover, at("next", 20, 21)], run, "step")).toBe(1);
    expect(count([trigger, mover], someRun(trigger, { entered: 12, step: 20, byEvent: undefined }), "step")).toBe(1);
  });

  it("a run that no event started excludes none but the one that caused the join", () => {
    const joined: Run = { ...someRun(trigger, { entered: 12, step: 12, byEvent: undefined }), trigger: null };
    expect(count([trigger, at("later", 11, 20)], joined, "entry")).toBe(1);
  });
});
