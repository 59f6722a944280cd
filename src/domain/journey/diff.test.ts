import { describe, expect, it } from "vitest";
import { differences } from "./diff.ts";

describe("differences of two definitions", () => {
  it("names every place by its path: added, removed, changed", () => {
    const before = {
      name: "A",
      steps: { one: { type: "wait", for: "P1D", next: "two" }, two: { type: "exit" } },
      audience: { type: "everyone" },
    };
    const after = {
      name: "B",
      steps: { one: { for: "P2D", next: "two", type: "wait" }, three: { type: "exit" } },
      audience: { type: "everyone" },
    };
    expect(differences(before, after)).toEqual([
      { path: "name", change: "changed", before: "A", after: "B" },
      { path: "steps.one.for", change: "changed", before: "P1D", after: "P2D" },
      { path: "steps.two", change: "removed", before: { type: "exit" } },
      { path: "steps.three", change: "added", after: { type: "exit" } },
    ]);
  });

  it("goes through lists by index, and tells another kind of value as one change", () => {
    expect(differences({ paths: [{ next: "a" }, { next: "b" }] }, { paths: [{ next: "a" }, { next: "c" }, { next: "d" }] })).toEqual([
      { path: "paths[1].next", change: "changed", before: "b", after: "c" },
      { path: "paths[2]", change: "added", after: { next: "d" } },
    ]);
    expect(differences({ a: [1] }, { a: { b: 1 } })).toEqual([{ path: "a", change: "changed", before: [1], after: { b: 1 } }]);
  });

  it("finds nothing between equal ones, whatever the order of their fields", () => {
    expect(differences({ a: 1, b: [2] }, { b: [2], a: 1 })).toEqual([]);
  });

  it("is bounded", () => {
    const many = Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`f${index}`, index]));
    expect(differences({}, many)).toHaveLength(1_000);
  });
});
