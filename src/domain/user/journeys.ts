import type { Catalog, CompiledJourney } from "../catalog/catalog.ts";
import type { Aspect, CompiledCondition, ConditionScope, Since } from "../segment/condition.ts";
import type { Changes, Draft } from "./draft.ts";

/**
 * The version of a journey a run is pinned to. Undefined when the catalog at hand does not hold it (an isolate whose catalog
 * is older than the run): such a run is left exactly where it is until a catalog comes that does.
 */
export const definitionOf = (
  catalog: Catalog,
  pinned: { readonly journey: string; readonly version: number },
): CompiledJourney | undefined => {
  const current = catalog.journeys.get(pinned.journey);
  return current?.version === pinned.version ? current : catalog.pinned.get(`${pinned.journey}@${pinned.version}`);
};

/** Status of a journey now, whatever version a run has; a deleted journey is a stopped one. */
export const statusOf = (catalog: Catalog, journey: string): "live" | "paused" | "stopped" =>
  catalog.journeys.get(journey)?.status ?? "stopped";

/** The scope in which a journey's conditions are asked. */
export const scopeIn = (draft: Draft, run: NonNullable<ConditionScope["run"]>, since: Since): ConditionScope => ({
  state: draft.state,
  history: draft.context.history,
  now: draft.at,
  run,
  since,
});

interface Reader {
  readonly events: ReadonlySet<string>;
  readonly prefixes: readonly string[];
  readonly attributes: ReadonlySet<string>;
  readonly segments: ReadonlySet<string>;
  readonly tags: ReadonlySet<string>;
  readonly aspects: ReadonlySet<Aspect>;
}

/** A condition, or several taken together. */
type Depending = Pick<CompiledCondition, "dependsOn">;

const readers = new WeakMap<Depending, Reader>();

const readerOf = (condition: Depending): Reader => {
  const known = readers.get(condition);
  if (known !== undefined) return known;
  const { events, attributes, segments, tags, aspects } = condition.dependsOn;
  const reader: Reader = {
    events: new Set(events.filter((name) => !name.endsWith("*"))),
    prefixes: events.filter((name) => name.endsWith("*")).map((name) => name.slice(0, -1)),
    attributes: new Set(attributes),
    segments: new Set(segments),
    tags: new Set(tags),
    aspects: new Set(aspects),
  };
  readers.set(condition, reader);
  return reader;
};

/** May what changed have changed the condition's truth? Only then is it asked again. */
export const isTouched = (condition: Depending, changes: Changes): boolean => {
  if (changes.all) return true;
  const reader = readerOf(condition);
  const name = changes.eventName;
  if (name !== undefined && (reader.events.has(name) || reader.prefixes.some((prefix) => name.startsWith(prefix)))) return true;
  if (
    changes.attributes.length > 0 &&
    (reader.attributes.has("*") || changes.attributes.some((attribute) => reader.attributes.has(attribute)))
  )
    return true;
  return (
    changes.tags.some((tag) => reader.tags.has(tag)) ||
    changes.segments.some((segment) => reader.segments.has(segment)) ||
    changes.aspects.some((aspect) => reader.aspects.has(aspect))
  );
};

/** An instant already kept that is still to come and not later than the new one stays: asking once too early costs less than a write. */
export const keepEarlier = (kept: number | undefined, found: number | undefined, now: number): number | undefined =>
  kept !== undefined && found !== undefined && kept > now && kept <= found ? kept : found;
