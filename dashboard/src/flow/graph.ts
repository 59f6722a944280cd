import type { Loose } from "../format/condition.ts";
import { describeCondition } from "../format/condition.ts";

/** One way from a step to another; the label says when it is taken. */
export interface FlowEdge {
  readonly from: string;
  readonly to: string;
  readonly label?: string;
}

export interface FlowGraph {
  /** Step keys, the start first. */
  readonly nodes: readonly string[];
  readonly edges: readonly FlowEdge[];
}

const asLoose = (value: unknown): Loose => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Loose) : {});
const asText = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** The ways on from one step, in the order in which they are tried. */
const waysOn = (key: string, step: Loose): readonly FlowEdge[] => {
  const edges: FlowEdge[] = [];
  const add = (to: unknown, label?: string) => {
    const target = asText(to);
    if (target !== undefined) edges.push({ from: key, to: target, ...(label === undefined ? {} : { label }) });
  };
  for (const path of Array.isArray(step["paths"]) ? step["paths"].map(asLoose) : []) {
    add(
      path["next"],
      asText(path["name"]) ??
        asText(path["status"]) ??
        (path["percent"] === undefined ? describeCondition(path["condition"]) : `${String(path["percent"])} %`),
    );
  }
  add(step["otherwise"], "otherwise");
  add(asLoose(step["onFailure"])["step"], "if it fails");
  add(step["next"]);
  return edges;
};

/** Reads a journey's steps as a graph: what can be reached from the start, depth first, ways on in their order. */
export const graphOf = (start: string, steps: Readonly<Record<string, Loose>>): FlowGraph => {
  const nodes: string[] = [];
  const edges: FlowEdge[] = [];
  const visit = (key: string) => {
    const step = steps[key];
    if (!step || nodes.includes(key)) return;
    nodes.push(key);
    const ways = waysOn(key, step).filter(({ to }) => steps[to] !== undefined);
    edges.push(...ways);
    for (const { to } of ways) visit(to);
  };
  visit(start);
  return { nodes, edges };
};
