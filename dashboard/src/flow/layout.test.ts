import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Loose } from "../format/condition.ts";
import { graphOf } from "./graph.ts";
import { layoutFlow } from "./layout.ts";

const sizes = { nodeWidth: 200, nodeHeight: 80, gapX: 20, gapY: 60 };
const layout = (start: string, steps: Readonly<Record<string, Loose>>) => layoutFlow(graphOf(start, steps), sizes);

describe("graphOf", () => {
  it("reads the ways on in the order in which they are tried, with their labels", () => {
    const graph = graphOf("split", {
      split: {
        type: "branch",
        paths: [
          { name: "VIP", condition: {}, next: "a" },
          { condition: { type: "tag", tag: "new" }, next: "b" },
        ],
        otherwise: "c",
      },
      a: { type: "send", onFailure: { step: "c" }, next: "c" },
      b: { type: "exit" },
      c: { type: "exit" },
      lost: { type: "exit" },
    });
    expect(graph.nodes).toEqual(["split", "a", "c", "b"]);
    expect(graph.edges).toEqual([
      { from: "split", to: "a", label: "VIP" },
      { from: "split", to: "b", label: "has tag “new”" },
      { from: "split", to: "c", label: "otherwise" },
      { from: "a", to: "c", label: "if it fails" },
      { from: "a", to: "c" },
    ]);
  });

  it("leaves out ways to steps that are not there", () => {
    expect(graphOf("a", { a: { type: "wait", next: "gone" } }).edges).toEqual([]);
  });
});

describe("layoutFlow", () => {
  it("puts a chain into one column", () => {
    const { nodes, width, height } = layout("a", { a: { next: "b" }, b: { next: "c" }, c: {} });
    expect(nodes.map(({ x, y }) => [x, y])).toEqual([
      [100, 0],
      [100, 140],
      [100, 280],
    ]);
    expect([width, height]).toEqual([200, 360]);
  });

  it("centres a branch over its ways on and keeps their order", () => {
    const { nodes } = layout("a", { a: { paths: [{ name: "x", next: "b" }], otherwise: "c" }, b: { next: "d" }, c: { next: "d" }, d: {} });
    const x = Object.fromEntries(nodes.map((node) => [node.key, node.x]));
    expect(x).toEqual({ a: 210, b: 100, c: 320, d: 210 });
  });

  it("leads an edge over several layers through a gap, not through a step", () => {
    const { nodes, edges } = layout("a", { a: { paths: [{ name: "x", next: "b" }], otherwise: "c" }, b: { next: "c" }, c: {} });
    const long = edges.find(({ label }) => label === "otherwise");
    const middle = nodes.find(({ key }) => key === "b");
    const passed = long?.points[1];
    expect(long?.points).toHaveLength(4);
    expect(Math.abs((passed?.x ?? 0) - (middle?.x ?? 0))).toBeGreaterThanOrEqual(100);
  });

  it("leads a loop around the right side", () => {
    const { edges, width } = layout("a", { a: { next: "b" }, b: { paths: [{ name: "again", next: "a" }], otherwise: "c" }, c: {} });
    const loop = edges.find(({ label }) => label === "again");
    expect(loop?.back).toBe(true);
    expect(Math.max(...(loop?.points ?? []).map(({ x }) => x))).toBeLessThan(width);
  });

  it("is empty for no steps", () => {
    expect(layout("a", {})).toMatchObject({ nodes: [], edges: [] });
  });

  it("never lets two steps overlap, and every edge but loops leads down", () => {
    const journey = fc
      .integer({ min: 1, max: 14 })
      .chain((count) =>
        fc
          .array(fc.array(fc.nat(count - 1), { maxLength: 3 }), { minLength: count, maxLength: count })
          .map((ways) =>
            Object.fromEntries(
              ways.map((targets, index) => [`s${index}`, { paths: targets.map((to) => ({ name: "w", next: `s${to}` })) }]),
            ),
          ),
      );
    fc.assert(
      fc.property(journey, (steps) => {
        const { nodes, edges, width } = layout("s0", steps);
        for (const a of nodes) {
          expect(a.x - 100).toBeGreaterThanOrEqual(-1e-6);
          expect(a.x + 100).toBeLessThanOrEqual(width + 1e-6);
          for (const b of nodes) if (a.key < b.key && a.y === b.y) expect(Math.abs(a.x - b.x)).toBeGreaterThanOrEqual(219.999);
        }
        for (const { back, points } of edges)
          if (!back) expect(points.every((point, index) => index === 0 || point.y > (points[index - 1]?.y ?? 0))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
