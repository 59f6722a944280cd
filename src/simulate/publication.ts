import type { CatalogDocument, PublishedJourney } from "../domain/catalog/catalog.ts";
import { paused, publishedAs, resumed, stopped } from "../domain/catalog/lifecycle.ts";
import type { InputProblem } from "../domain/fault.ts";
import { lintTemplate } from "../domain/template/lint.ts";
import { journeyProblems, prefixed, withDefinitions, withPublished, withStandIns, withTemplatesFor } from "./definitions.ts";
import type { ScriptItem } from "./item.ts";
import { refused } from "./refused.ts";

/** What changes the published definitions. */
export type Publication = Extract<ScriptItem, { type: "publish" | "pause" | "resume" | "stop" }>;

const types: ReadonlySet<string> = new Set<Publication["type"]>(["publish", "pause", "resume", "stop"]);

export const isPublication = (item: ScriptItem): item is Publication => types.has(item.type);

export interface Published {
  readonly document: CatalogDocument;
  /** A journey that takes its segment's present members in. */
  readonly enter?: string;
}

/** When a publication happens, and its place in the script. */
interface Occasion {
  readonly at: number;
  readonly index: number;
}

/** The definitions after a publication, as the API would leave them. @throws Fault bad-definition, bad-input naming the place */
export const publication = (document: CatalogDocument, item: Publication, occasion: Occasion): Published => {
  if (item.type !== "publish") return { document: withStatus(document, item, occasion) };
  const place = `script[${occasion.index}]`;
  if (item.segment !== undefined) return { document: { ...document, segments: withDefinitions(document.segments, [item.segment]) } };
  if (item.topic !== undefined) return { document: { ...document, topics: withDefinitions(document.topics ?? [], [item.topic]) } };
  if (item.template !== undefined) {
    refuse(prefixed(`${place}.template`, lintTemplate(item.template)));
    return { document: withStandIns({ ...document, templates: withDefinitions(document.templates, [item.template]) }) };
  }
  const { journey } = item;
  if (journey === undefined) return { document };
  const known = withTemplatesFor([journey], document);
  refuse(prefixed(`${place}.journey`, journeyProblems(journey, known)));
  const before = journeyOf(document, journey.key);
  const version = (before?.version ?? 0) + 1;
  const next = withPublished(
    known,
    journey,
    publishedAs(before, { version, definition: journey, inFlight: item.inFlight ?? "stay", now: occasion.at }),
  );
  const includes = journey.trigger.type === "segment" && journey.trigger.includeCurrent === true;
  return { document: withStandIns(next), ...(includes && { enter: journey.key }) };
};

const journeyOf = (document: CatalogDocument, key: string): PublishedJourney | undefined =>
  document.journeys.find(({ definition }) => definition.key === key);

const withStatus = (
  document: CatalogDocument,
  item: Exclude<Publication, { type: "publish" }>,
  { at, index }: Occasion,
): CatalogDocument => {
  const before = journeyOf(document, item.journey);
  const place = `script[${index}].journey`;
  if (before === undefined) refuse([{ path: place, message: `there is no journey "${item.journey}"` }], "bad-input");
  const needed = item.type === "pause" ? ["live"] : item.type === "resume" ? ["paused"] : ["live", "paused"];
  if (before !== undefined && !needed.includes(before.status))
    refuse([{ path: place, message: `the journey "${item.journey}" is ${before.status}` }], "bad-input");
  return { ...document, journeys: document.journeys.map((journey) => (journey === before ? moved(journey, item, at) : journey)) };
};

const moved = (journey: PublishedJourney, item: Exclude<Publication, { type: "publish" }>, at: number): PublishedJourney => {
  switch (item.type) {
    case "pause":
      return paused(journey, at);
    case "resume":
      return resumed(journey, at, item.late ?? "go-on");
    case "stop":
      return stopped(journey);
  }
};

const refuse = (problems: readonly InputProblem[], code: "bad-definition" | "bad-input" = "bad-definition"): void => {
  if (problems.length > 0) throw refused(code, problems);
};
