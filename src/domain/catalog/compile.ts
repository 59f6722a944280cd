import { Fault } from "../fault.ts";
import { hashText, stableText } from "../hash.ts";
import { compileCondition } from "../segment/compile-condition.ts";
import { manualMember } from "../segment/manual-member.ts";
import type { Tally } from "../segment/condition.ts";
import type { SegmentDefinition } from "../segment/segment.ts";
import { noDependencies } from "../segment/verdict.ts";
import type { Catalog, CatalogDocument, CompiledJourney, CompiledSegment, PublishedJourney } from "./catalog.ts";
import { compileJourney, conditionsOf } from "./compile-journey.ts";
import { nameIndex } from "./name-index.ts";
import { orderSegments } from "./segment-order.ts";
import { checkUses } from "../template/uses.ts";

/**
 * Turns the published definitions (each already through its schema) into functions and indexes; once per isolate and version.
 * Throws Fault `bad-definition` for segments in a circle, segments that do not exist, conditions that cannot stand where
 * they are, and partials and layouts that are not there: a new set of definitions is compiled before it is stored, so a stored one always compiles.
 */
export const compileCatalog = (document: CatalogDocument): Catalog => {
  const segments = new Map(document.segments.map((segment) => [segment.key, compileSegment(segment, document)]));
  const segmentOrder = orderSegments(segments);
  const journeys = new Map(document.journeys.map((published) => [published.definition.key, compileJourney(published, document)]));
  // What is stopped asks for nothing: it must not keep a segment from being deleted.
  for (const journey of journeys.values()) if (journey.status !== "stopped") refuseMissingSegments(journey, segments);
  const templates = new Map(document.templates.map((template) => [template.key, template]));
  checkUses(templates);
  return {
    document,
    segments,
    segmentOrder,
    journeys,
    pinned: new Map(),
    templates,
    segmentPositions: new Map(segmentOrder.map((key, position) => [key, position])),
    ...segmentIndexes(segments, segmentOrder),
    ...journeyIndexes([...journeys.values()]),
    ...tallyIndexes(
      [...segments.values()]
        .flatMap((segment) => segment.condition.tallies)
        .concat([...journeys.values()].flatMap((journey) => journey.tallies)),
    ),
  };
};

/** The same catalog with older versions that runs are pinned to: their conditions are asked, and their tallies kept, as long as such runs live. */
export const withPinnedJourneys = (catalog: Catalog, published: readonly PublishedJourney[]): Catalog => {
  const pinned = new Map(catalog.pinned);
  for (const journey of published) pinned.set(`${journey.definition.key}@${journey.version}`, compileJourney(journey, catalog.document));
  return {
    ...catalog,
    pinned,
    ...tallyIndexes([...catalog.tallies.values(), ...[...pinned.values()].flatMap((journey) => journey.tallies)]),
  };
};

const compileSegment = (definition: SegmentDefinition, { timezone, topics = [] }: CatalogDocument): CompiledSegment =>
  definition.kind === "manual"
    ? { key: definition.key, hash: "manual", condition: manualMember(definition.key) }
    : {
        key: definition.key,
        hash: hashText(stableText(definition.condition)),
        condition: compileCondition(definition.condition, {
          path: `segments.${definition.key}.condition`,
          inJourney: false,
          timezone,
          topics,
        }),
      };

const segmentIndexes = (
  segments: ReadonlyMap<string, CompiledSegment>,
  order: readonly string[],
): Pick<Catalog, "segmentsByEvent" | "segmentsByAttribute" | "segmentsByTag" | "segmentsByAspect" | "segmentsBySegment"> => {
  const dependsOn = (position: number) => segments.get(order[position] ?? "")?.condition.dependsOn ?? noDependencies;
  const positions = [...order.keys()];
  return {
    segmentsByEvent: nameIndex(positions.flatMap((position) => dependsOn(position).events.map((name) => [name, position] as const))),
    segmentsByAttribute: groupBy(positions, (position) => dependsOn(position).attributes),
    segmentsByTag: groupBy(positions, (position) => dependsOn(position).tags),
    segmentsByAspect: groupBy(positions, (position) => dependsOn(position).aspects),
    segmentsBySegment: groupBy(positions, (position) => dependsOn(position).segments),
  };
};

const journeyIndexes = (
  journeys: readonly CompiledJourney[],
): Pick<
  Catalog,
  "journeysByEvent" | "journeysBySegment" | "journeysByAttribute" | "journeysByGroup" | "journeysByMessage" | "journeysByDate"
> => ({
  journeysByEvent: nameIndex(
    journeys.flatMap((journey) => (journey.trigger.kind === "event" ? [[journey.trigger.name, journey] as const] : [])),
  ),
  journeysBySegment: groupBy(journeys, ({ trigger }) => (trigger.kind === "segment" ? [trigger.segment] : [])),
  journeysByAttribute: groupBy(journeys, ({ trigger }) => (trigger.kind === "attribute" ? [trigger.attribute] : [])),
  journeysByGroup: groupBy(journeys, ({ trigger }) => (trigger.kind === "group" ? [trigger.groupType ?? "*"] : [])),
  journeysByMessage: groupBy(journeys, ({ trigger }) => (trigger.kind === "message" ? [trigger.about] : [])),
  journeysByDate: journeys.filter(({ trigger }) => trigger.kind === "date"),
});

const tallyIndexes = (all: readonly Tally[]): Pick<Catalog, "tallies" | "talliesByName"> => {
  const tallies = new Map(all.map((tally) => [tally.id, tally]));
  return { tallies, talliesByName: nameIndex([...tallies.values()].map((tally) => [tally.name, tally] as const)) };
};

const groupBy = <T>(items: Iterable<T>, keysOf: (item: T) => readonly string[]): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items)
    for (const key of keysOf(item)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [item]);
      else group.push(item);
    }
  return groups;
};

const refuseMissingSegments = (journey: CompiledJourney, segments: ReadonlyMap<string, CompiledSegment>): void => {
  const named = [
    ...conditionsOf(journey).flatMap((condition) => condition.dependsOn.segments),
    ...(journey.trigger.kind === "segment" || journey.trigger.kind === "schedule" ? [journey.trigger.segment] : []),
  ];
  for (const key of named)
    if (!segments.has(key)) {
      const message = `Journey "${journey.key}" asks for segment "${key}", which does not exist`;
      throw new Fault("bad-definition", message, [{ path: `journeys.${journey.key}`, message }]);
    }
};
