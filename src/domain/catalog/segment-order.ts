import { Fault } from "../fault.ts";
import type { CompiledSegment } from "./catalog.ts";

/**
 * Keys of the segments, nested ones before those that ask for them, else as given.
 * Throws Fault `bad-definition` naming the cycle, or the segment that does not exist.
 */
export const orderSegments = (segments: ReadonlyMap<string, CompiledSegment>): readonly string[] => {
  const done = new Set<string>();
  for (const key of segments.keys()) visit(key, [], { segments, done });
  return [...done];
};

const visit = (
  key: string,
  trail: readonly string[],
  walk: { readonly segments: ReadonlyMap<string, CompiledSegment>; readonly done: Set<string> },
): void => {
  if (walk.done.has(key)) return;
  if (trail.includes(key))
    refuse(key, `Segments ask for each other in a circle: ${[...trail.slice(trail.indexOf(key)), key].join(" -> ")}`);
  for (const nested of walk.segments.get(key)?.condition.dependsOn.segments ?? []) {
    if (!walk.segments.has(nested)) refuse(key, `Segment "${key}" asks for segment "${nested}", which does not exist`);
    visit(nested, [...trail, key], walk);
  }
  walk.done.add(key);
};

const refuse = (segment: string, message: string): never => {
  throw new Fault("bad-definition", message, [{ path: `segments.${segment}.condition`, message }]);
};
