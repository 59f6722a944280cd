import type { FlowEdge, FlowGraph } from "./graph.ts";

/** Sizes in CSS pixels. */
export interface LayoutSizes {
  readonly nodeWidth: number;
  readonly nodeHeight: number;
  readonly gapX: number;
  readonly gapY: number;
}

export interface PlacedNode {
  readonly key: string;
  /** Centre of the top edge. */
  readonly x: number;
  readonly y: number;
  readonly layer: number;
}

/** `points` run from the source's bottom to the target's top, through the gaps between what lies between them. */
export interface PlacedEdge extends FlowEdge {
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** Leads back up (a loop). */
  readonly back: boolean;
}

export interface FlowLayout {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

/** A place in a layer: a step, or the point where a long edge passes. */
interface Slot {
  readonly id: string;
  readonly width: number;
  x: number;
}

const passWidth = 24;
const edgeId = (edge: FlowEdge, index: number): string => `${edge.from}\u0000${edge.to}\u0000${index}`;

/** Edges that close a loop, by depth-first search from the start. */
const findBackEdges = (graph: FlowGraph): ReadonlySet<FlowEdge> => {
  const back = new Set<FlowEdge>();
  const done = new Set<string>();
  const open = new Set<string>();
  const visit = (key: string) => {
    open.add(key);
    for (const edge of graph.edges) {
      if (edge.from !== key) continue;
      if (open.has(edge.to)) back.add(edge);
      else if (!done.has(edge.to)) visit(edge.to);
    }
    open.delete(key);
    done.add(key);
  };
  for (const key of graph.nodes) if (!done.has(key)) visit(key);
  return back;
};

/** Longest way from the start, so that every edge (but loops) leads down. */
const layersOf = (graph: FlowGraph, forward: readonly FlowEdge[]): ReadonlyMap<string, number> => {
  const layer = new Map(graph.nodes.map((key) => [key, 0]));
  for (let round = 0; round < graph.nodes.length; round++) {
    let changed = false;
    for (const { from, to } of forward) {
      const wanted = (layer.get(from) ?? 0) + 1;
      if ((layer.get(to) ?? 0) >= wanted) continue;
      layer.set(to, wanted);
      changed = true;
    }
    if (!changed) break;
  }
  return layer;
};

/** Puts each slot as near to where it wants to be as order and gaps allow. */
const settle = (slots: readonly Slot[], wanted: ReadonlyMap<string, number>, gap: number): void => {
  const right: number[] = [];
  const left: number[] = [];
  slots.forEach((slot, index) => {
    const before = slots[index - 1];
    const least = before ? (right[index - 1] ?? 0) + (before.width + slot.width) / 2 + gap : -Infinity;
    right[index] = Math.max(wanted.get(slot.id) ?? slot.x, least);
  });
  for (let index = slots.length - 1; index >= 0; index--) {
    const slot = slots[index];
    const after = slots[index + 1];
    if (!slot) continue;
    const most = after ? (left[index + 1] ?? 0) - (after.width + slot.width) / 2 - gap : Infinity;
    left[index] = Math.min(wanted.get(slot.id) ?? slot.x, most);
  }
  slots.forEach((slot, index) => (slot.x = ((right[index] ?? 0) + (left[index] ?? 0)) / 2));
};

/** Places of the slots in layers, and their neighbours above and below. */
interface Layers {
  readonly rows: Slot[][];
  readonly slots: Map<string, Slot>;
  readonly above: Map<string, string[]>;
  readonly below: Map<string, string[]>;
}

const buildLayers = (graph: FlowGraph, forward: readonly FlowEdge[], layer: ReadonlyMap<string, number>, sizes: LayoutSizes): Layers => {
  const layers: Layers = { rows: [], slots: new Map(), above: new Map(), below: new Map() };
  const put = (id: string, row: number, width: number) => {
    const slot = { id, width, x: 0 };
    layers.slots.set(id, slot);
    (layers.rows[row] ??= []).push(slot);
  };
  const link = (upper: string, lower: string) => {
    layers.below.set(upper, [...(layers.below.get(upper) ?? []), lower]);
    layers.above.set(lower, [...(layers.above.get(lower) ?? []), upper]);
  };
  for (const key of graph.nodes) put(key, layer.get(key) ?? 0, sizes.nodeWidth);
  forward.forEach((edge, index) => {
    const last = layer.get(edge.to) ?? 0;
    let upper = edge.from;
    for (let row = (layer.get(edge.from) ?? 0) + 1; row < last; row++) {
      const id = `${edgeId(edge, index)}\u0000${row}`;
      put(id, row, passWidth);
      link(upper, id);
      upper = id;
    }
    link(upper, edge.to);
  });
  return layers;
};

/** Orders each row by where its neighbours are, and moves slots under (or over) them; a few sweeps down and up. */
const arrange = ({ rows, slots, above, below }: Layers, gap: number): void => {
  for (const row of rows) row.forEach((slot, index) => (slot.x = index * (slot.width + gap)));
  for (let sweep = 0; sweep < 8; sweep++) {
    const down = sweep % 2 === 0;
    const neighbours = down ? above : below;
    for (const row of down ? rows : rows.toReversed()) {
      const wanted = new Map<string, number>();
      for (const slot of row) {
        const places = (neighbours.get(slot.id) ?? []).map((id) => slots.get(id)?.x ?? 0);
        wanted.set(slot.id, places.length > 0 ? places.reduce((sum, x) => sum + x, 0) / places.length : slot.x);
      }
      // Ways on keep the order in which they are tried: after the first sweeps only places move, not the order.
      if (sweep < 2) row.sort((a, b) => (wanted.get(a.id) ?? 0) - (wanted.get(b.id) ?? 0));
      settle(row, wanted, gap);
    }
  }
};

/**
 * Lays a journey out from top to bottom: one layer per step away from the start, steps under those that lead to them,
 * long edges through gaps of their own, loops around the right side. Pure; no two nodes overlap.
 */
export const layoutFlow = (graph: FlowGraph, sizes: LayoutSizes): FlowLayout => {
  const back = findBackEdges(graph);
  const forward = graph.edges.filter((edge) => !back.has(edge));
  const layer = layersOf(graph, forward);
  const layers = buildLayers(graph, forward, layer, sizes);
  arrange(layers, sizes.gapX);

  const all = [...layers.slots.values()];
  const shift = all.length > 0 ? -Math.min(...all.map((slot) => slot.x - slot.width / 2)) : 0;
  const xOf = (id: string) => (layers.slots.get(id)?.x ?? 0) + shift;
  const yOf = (row: number) => row * (sizes.nodeHeight + sizes.gapY);
  const rowOf = (key: string) => layer.get(key) ?? 0;
  const rightmost = Math.max(sizes.nodeWidth, ...all.map((slot) => slot.x + slot.width / 2 + shift));

  const down = forward.map((edge, index): PlacedEdge => {
    const points = [{ x: xOf(edge.from), y: yOf(rowOf(edge.from)) + sizes.nodeHeight }];
    for (let row = rowOf(edge.from) + 1; row < rowOf(edge.to); row++) {
      const x = xOf(`${edgeId(edge, index)}\u0000${row}`);
      points.push({ x, y: yOf(row) }, { x, y: yOf(row) + sizes.nodeHeight });
    }
    return { ...edge, back: false, points: [...points, { x: xOf(edge.to), y: yOf(rowOf(edge.to)) }] };
  });
  const up = [...back].map((edge, index): PlacedEdge => {
    const x = rightmost + passWidth * (index + 1);
    const from = { x: xOf(edge.from) + sizes.nodeWidth / 2, y: yOf(rowOf(edge.from)) + sizes.nodeHeight / 2 };
    const to = { x: xOf(edge.to) + sizes.nodeWidth / 2, y: yOf(rowOf(edge.to)) + sizes.nodeHeight / 2 };
    return { ...edge, back: true, points: [from, { x, y: from.y }, { x, y: to.y }, to] };
  });

  const rows = Math.max(1, layers.rows.length);
  return {
    nodes: graph.nodes.map((key) => ({ key, x: xOf(key), y: yOf(rowOf(key)), layer: rowOf(key) })),
    edges: [...down, ...up],
    width: rightmost + (back.size > 0 ? passWidth * (back.size + 1) : 0),
    height: rows * sizes.nodeHeight + (rows - 1) * sizes.gapY,
  };
};
