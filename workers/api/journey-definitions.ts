import type { CatalogDocument, PublishedJourney } from "../../src/domain/catalog/catalog.ts";
import { Fault, type InputProblem } from "../../src/domain/fault.ts";
import type { JourneyDefinition } from "../../src/domain/journey/journey.ts";
import { lintJourney } from "../../src/domain/journey/lint.ts";
import { knownIn } from "../../src/domain/journey/lint-problem.ts";
import { readLiveVersion } from "../../src/storage/control/catalogs.ts";
import { type DefinitionRow, readDefinition } from "../../src/storage/control/definitions.ts";
import { catalogFor } from "../catalog-cache.ts";
import type { Env } from "../env.ts";
import { presentDefinition } from "./definition-routes.ts";
import { refusal } from "./problem.ts";
import type { Call } from "./route.ts";

/** A call of any route of journeys. */
export type AnyCall = Call<unknown, unknown>;

/** The journey the path names. */
export const keyOf = ({ params }: AnyCall): string => params["key"] ?? "";

/** The stored draft. @throws Fault not-found */
export const findJourney = async ({ env, workspace, params }: AnyCall): Promise<DefinitionRow> => {
  const row = await readDefinition(env.DB, workspace, "journey", params["key"] ?? "");
  if (row === undefined) throw new Fault("not-found", `There is no journey "${params["key"]}"`);
  return row;
};

/** What is published of a journey; undefined for a draft. */
export const publishedOf = (live: CatalogDocument, key: string): PublishedJourney | undefined =>
  live.journeys.find(({ definition }) => definition.key === key);

/** What is live in a workspace. */
export const liveDocument = async (env: Env, workspace: string): Promise<CatalogDocument> =>
  (await catalogFor(env, workspace, await readLiveVersion(env.DB, workspace))).document;

/** A draft as it is answered. The status is the catalog's: a row read beside it may be a moment older or newer, and only for people. */
export const presentJourney = (row: DefinitionRow, published: PublishedJourney | undefined) => ({
  ...presentDefinition(row),
  status: row.status,
  version: row.version,
  changed: published === undefined || JSON.stringify(published.definition) !== row.body,
});

/** @throws Fault bad-definition naming every place that does not hold together */
export const mustHoldTogether = (journey: JourneyDefinition, live: CatalogDocument): void => {
  const problems = found("error", journey, live);
  if (problems.length > 0) throw refusal("bad-definition", problems);
};

/** What is probably not meant, and lets the journey be saved and published all the same. */
export const warningsOf = (journey: JourneyDefinition, live: CatalogDocument): readonly InputProblem[] => found("warning", journey, live);

const found = (wanted: "error" | "warning", journey: JourneyDefinition, live: CatalogDocument): readonly InputProblem[] =>
  lintJourney(journey, knownIn(live)).flatMap(({ severity, path, message }) => (severity === wanted ? [{ path, message }] : []));

/** The catalog with this journey in it, by key. */
export const withJourney = (live: CatalogDocument, journey: PublishedJourney): CatalogDocument => ({
  ...live,
  journeys: [...live.journeys.filter(({ definition }) => definition.key !== journey.definition.key), journey].toSorted((a, b) =>
    a.definition.key < b.definition.key ? -1 : 1,
  ),
});
