import { conditionsOf } from "../catalog/compile-journey.ts";
import { nameIndex, type NameIndex } from "../catalog/name-index.ts";
import type { Catalog, CompiledJourney } from "../catalog/catalog.ts";
import { stepTypeOf } from "../journey/journey.ts";
import { windowMs } from "../schedule/duration.ts";
import type { CompiledCondition, Reach, Since, Tally } from "../segment/condition.ts";
import { reachesOf } from "../segment/reach.ts";
import { definitionOf } from "./journeys.ts";
import type { Run, UserState } from "./state.ts";

const DAY_MS = 86_400_000;

/** History is kept at least this long, whatever asks for it, so that a new definition finds a past; workspaces may say longer. */
export const SHORTEST_KEPT_MS = 90 * DAY_MS;

/** Windows are kept this much longer: a goal may be asked about the end of its window, and an alarm may be late. */
const SLACK_MS = 7 * DAY_MS;

/** From when on a user's history is kept, instants in ms: what is older than `named` or `counted` says, and came before `arrival`, may go. */
export interface Keeping {
  readonly arrival: number;
  /** Events of one history name. */
  readonly named: (name: string) => number;
  /** Matches of one tally; positive infinity for one that no definition has any more. */
  readonly counted: (tally: string) => number;
}

/** How long a workspace keeps history whether anything asks for it or not, ms. */
export const keptMs = ({ rules }: Pick<Catalog["document"], "rules">): number =>
  Math.max(SHORTEST_KEPT_MS, rules?.history === undefined ? 0 : windowMs(rules.history.keep));

/**
 * What pruning must leave (docs/semantics.md, Pruning): all of the last 90 days, all since the entry of a run that is
 * still live, and beyond that what a condition of the catalog may count. Undefined where the catalog at hand lacks a version
 * that runs or goals are pinned to: nobody knows what those need.
 */
export const keepingOf = (state: UserState, catalog: Catalog, now: number): Keeping | undefined => {
  const runs = Object.values(state.runs);
  if ([...runs, ...state.goals].some((one) => definitionOf(catalog, one) === undefined)) return undefined;
  const needs = needsOf(catalog);
  const least = Math.min(now - keptMs(catalog.document), ...runs.map(beginningOf));
  const entries = entriesOf(state);
  const oldest = (found: readonly Need[]): number => Math.min(least, ...found.map((need) => boundOf(need, entries, now)));
  return {
    arrival: now - keptMs(catalog.document),
    named: (name) => oldest(needs.byName.find(name)),
    counted: (id) => {
      // A condition may keep further lists beside a tally's own, under a longer name.
      const tally = catalog.tallies.get(id) ?? longest([...catalog.tallies.values()].filter((one) => id.startsWith(one.id)));
      if (tally === undefined) return Number.POSITIVE_INFINITY;
      // A tally of which no condition speaks: nobody knows how far back it is asked for.
      const found = needs.exactly.get(tally.name);
      return found === undefined ? Number.NEGATIVE_INFINITY : oldest(found);
    },
  };
};

/**
 * The instant (ms) back to which a condition surely sees, where that is less than it asks for: events out of everybody's
 * reach may be gone after `kept` ms. `earlier`: what was published before, whose reach was kept.
 */
export const seesBackTo = (
  asked: CompiledCondition | CompiledJourney,
  given: { readonly now: number; readonly kept: number; readonly earlier: Catalog | undefined },
): number | undefined => {
  const surely = given.now - given.kept;
  const reaches = "evaluate" in asked ? needsIn(asked, "ever") : needsOfJourney(asked);
  const blind = reaches.filter((reach) => {
    // Runs and steps begin after the definition is published: what they count is always there.
    if (reach.since === "entry" || reach.since === "step") return false;
    const from = boundOf(reach, noEntries, given.now + SLACK_MS);
    if (from >= surely) return false;
    const before = given.earlier === undefined ? [] : needsOf(given.earlier).byName.find(reach.name);
    return !before.some((need) => need.since === "ever" && boundOf(need, noEntries, given.now + SLACK_MS) <= from);
  });
  return blind.length === 0 ? undefined : surely;
};

/** Where counting starts for a live run, of whatever it may count. */
const beginningOf = ({ enteredAt, entryOrder, stepEnteredAt, stepOrder }: Run): number =>
  Math.min(enteredAt, entryOrder[0], stepEnteredAt, stepOrder?.[0] ?? stepEnteredAt);

const longest = (tallies: readonly Tally[]): Tally | undefined => tallies.toSorted((a, b) => b.id.length - a.id.length)[0];

interface Need extends Reach {
  readonly since: Since;
  /** Whose entries it counts from, as "key@version". */
  readonly journey?: string;
}

interface Needs {
  readonly byName: NameIndex<Need>;
  readonly exactly: ReadonlyMap<string, readonly Need[]>;
}

type Entries = ReadonlyMap<string, number>;
const noEntries: Entries = new Map();

/** The earliest entry of each journey version that has live runs or open goals. */
const entriesOf = (state: UserState): Entries => {
  const entries = new Map<string, number>();
  for (const { journey, version, entryOrder, enteredAt } of [...Object.values(state.runs), ...state.goals]) {
    const name = `${journey}@${version}`;
    entries.set(name, Math.min(entries.get(name) ?? enteredAt, enteredAt, entryOrder[0]));
  }
  return entries;
};

/** All bounds hold at once, so the latest decides; without any, nothing is too old. */
const boundOf = ({ withinMs, after, since, journey }: Need, entries: Entries, now: number): number =>
  Math.max(
    withinMs === undefined ? Number.NEGATIVE_INFINITY : now - withinMs - SLACK_MS,
    after ?? Number.NEGATIVE_INFINITY,
    since === "ever" || journey === undefined ? Number.NEGATIVE_INFINITY : (entries.get(journey) ?? Number.POSITIVE_INFINITY),
  );

const known = new WeakMap<Catalog, Needs>();

const needsOf = (catalog: Catalog): Needs => {
  const made = known.get(catalog) ?? makeNeeds(catalog);
  known.set(catalog, made);
  return made;
};

const makeNeeds = (catalog: Catalog): Needs => {
  const journeys = [...catalog.journeys.values(), ...catalog.pinned.values()];
  const needs = [
    ...[...catalog.segments.values()].flatMap(({ condition }) => needsIn(condition, "ever")),
    ...journeys.flatMap(needsOfJourney),
  ];
  return { byName: nameIndex(needs.map((need) => [need.name, need] as const)), exactly: Map.groupBy(needs, ({ name }) => name) };
};

const needsIn = (condition: CompiledCondition, since: Since): readonly Need[] =>
  reachesOf(condition).map((reach) => ({ ...reach, since: reach.since ?? since }));

const needsOfJourney = (journey: CompiledJourney): readonly Need[] => {
  const ofStep = new Map(
    Object.entries(journey.stepConditions).map(([place, condition]) => {
      const step = journey.definition.steps[place.slice(0, place.lastIndexOf("/"))];
      return [condition, (step && stepTypeOf(step).since) ?? "ever"] as const;
    }),
  );
  const fromEntry = new Set([journey.exit, ...journey.goals.map(({ condition }) => condition)]);
  const needs = conditionsOf(journey).flatMap((condition) =>
    needsIn(condition, fromEntry.has(condition) ? "entry" : (ofStep.get(condition) ?? "ever")),
  );
  const looks = journey.looks.map((reach) => ({ ...reach, since: reach.since ?? "ever" }));
  return [...needs, ...looks].map((need) => ({ ...need, journey: `${journey.key}@${journey.version}` }));
};
