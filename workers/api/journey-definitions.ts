import type { CatalogDocument, PublishedJourney } from "../../src/domain/catalog/catalog.ts";
import { Fault } from "../../src/domain/fault.ts";
import type { JourneyDefinition } from "../../src/domain/journey/journey.ts";
import { lintJourney } from "../../src/domain/journey/lint.ts";
import { type DefinitionRow, readDefinition } from "../../src/storage/control/definitions.ts";
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

/** @throws Fault bad-definition naming every place that does not hold together */
export const mustHoldTogether = (journey: JourneyDefinition, live: CatalogDocument): void => {
  const problems = lintJourney(journey, {
    segments: new Set(live.segments.map(({ key }) => key)),
    templates: new Map(live.templates.map((template) => [template.key, template])),
    providers: new Map(live.providers.map((provider) => [provider.key, provider])),
  });
  if (problems.length > 0) throw refusal("bad-definition", problems);
};

/** The catalog with this journey in it, by key. */
export const withJourney = (live: CatalogDocument, journey: PublishedJourney): CatalogDocument => ({
  ...live,
  journeys: [...live.journeys.filter(({ definition }) => definition.key !== journey.definition.key), journey].toSorted((a, b) =>
    a.definition.key < b.definition.key ? -1 : 1,
  ),
});
