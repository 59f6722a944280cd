import { describe, expect, it } from "vitest";
import { stepScope } from "../step-scope.test-suite.ts";
import { branch } from "./branch.ts";

const step = branch.schema.parse({
  type: "branch",
  paths: [
    { name: "First", condition: { type: "tag", tag: "a" }, next: "a" },
    { condition: { type: "tag", tag: "b" }, next: "b" },
  ],
  otherwise: "rest",
});

/** Where the run goes when its conditions have these values. */
const taken = (...values: readonly boolean[]) => branch.enter(step, stepScope({ ask: (index) => ({ value: values[index] === true }) }));

describe("branch", () => {
  it("takes the first path that is true, from the top", () => {
    expect(taken(true, true)).toEqual({ kind: "go", to: "a", path: "First" });
    expect(taken(false, true)).toEqual({ kind: "go", to: "b", path: "1" });
  });

  it("else goes by otherwise", () => {
    expect(taken(false, false)).toEqual({ kind: "go", to: "rest", path: "otherwise" });
  });
});
