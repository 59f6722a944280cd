import * as z from "zod";
import type { CatalogDocument, CatalogProvider, PublishedJourney } from "../domain/catalog/catalog.ts";
import { topicSchema } from "../domain/consent/topic.ts";
import type { InputProblem } from "../domain/fault.ts";
import { journeySchema, stepTypeOf, type JourneyDefinition } from "../domain/journey/journey.ts";
import { lintJourney } from "../domain/journey/lint.ts";
import { knownIn } from "../domain/journey/lint-problem.ts";
import type { Channel } from "../domain/message/message.ts";
import { isZone } from "../domain/schedule/calendar.ts";
import { readyMadeSegments } from "../domain/segment/ready-made.ts";
import { segmentSchema } from "../domain/segment/segment.ts";
import { workspaceRulesSchema } from "../domain/sending/rules.ts";
import { lintTemplate } from "../domain/template/lint.ts";
import { templateSchema, type TemplateDefinition } from "../domain/template/template.ts";
import { bounds } from "./bounds.ts";
import { named } from "./named.ts";
import { refused } from "./refused.ts";

const listOf = <T extends z.ZodType<{ readonly key: string }>>(schema: T) =>
  z
    .array(named(schema))
    .max(bounds.definitions)
    .superRefine((list, context) => {
      const seen = new Set<string>();
      for (const [index, { key }] of list.entries()) {
        if (seen.has(key)) context.addIssue({ code: "custom", path: [index, "key"], message: `there are two of the key "${key}"` });
        seen.add(key);
      }
    })
    .optional();

/** Definitions a script brings; each replaces the workspace's published one of its key. */
export const definitionsSchema = z.strictObject({
  segments: listOf(segmentSchema),
  journeys: listOf(journeySchema),
  templates: listOf(templateSchema),
  topics: listOf(topicSchema),
  workspace: z
    .strictObject({
      timezone: z.string().refine(isZone, 'a zone is an IANA name, for instance "Europe/Berlin"').optional(),
      rules: workspaceRulesSchema.optional(),
    })
    .optional()
    .describe("stands in for the workspace's own zone and rules"),
});

export type Definitions = z.output<typeof definitionsSchema>;

/** A workspace that has nothing but what every workspace starts with: what a script runs over where there is no server. */
export const emptyWorkspace: CatalogDocument = {
  workspace: "local",
  version: 0,
  timezone: "UTC",
  name: "Local",
  segments: readyMadeSegments,
  journeys: [],
  templates: [],
  providers: [],
};

/** The list with the given definitions in it, by key. */
export const withDefinitions = <T extends { readonly key: string }>(list: readonly T[], given: readonly T[]): readonly T[] => {
  if (given.length === 0) return list;
  const byKey = new Map([...list, ...given].map((definition) => [definition.key, definition]));
  return [...byKey.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
};

/** The catalog with a journey published in it, as the version after the one that is there. */
export const withPublished = (
  document: CatalogDocument,
  definition: JourneyDefinition,
  more: Partial<PublishedJourney> = {},
): CatalogDocument => {
  const before = document.journeys.find((journey) => journey.definition.key === definition.key);
  const version = (before?.version ?? 0) + 1;
  const next: PublishedJourney = { version, status: "live", definition, ...more };
  return {
    ...document,
    journeys: [...document.journeys.filter((journey) => journey !== before), next].toSorted((a, b) =>
      a.definition.key < b.definition.key ? -1 : 1,
    ),
  };
};

/**
 * What a script runs over: the workspace's published definitions with its own in their place. A channel without a provider
 * gets one that accepts everything. @throws Fault bad-definition naming each place that does not hold together
 */
export const documentFor = (published: CatalogDocument, definitions: Definitions = {}): CatalogDocument => {
  const { segments = [], journeys = [], templates = [], topics = [], workspace } = definitions;
  const rules = workspace?.rules ?? published.rules;
  const merged: CatalogDocument = {
    ...published,
    timezone: workspace?.timezone ?? published.timezone,
    ...(rules && { rules }),
    segments: withDefinitions(published.segments, segments),
    templates: withDefinitions(published.templates, templates),
    topics: withDefinitions(published.topics ?? [], topics),
  };
  const document = journeys.reduce((current, journey) => withPublished(current, journey), withTemplatesFor(journeys, merged));
  const problems = [
    ...templates.flatMap((template, index) => prefixed(`definitions.templates[${index}]`, lintTemplate(template))),
    ...journeys.flatMap((journey, index) => prefixed(`definitions.journeys[${index}]`, journeyProblems(journey, document))),
  ];
  if (problems.length > 0) throw refused("bad-definition", problems);
  return withStandIns(document);
};

/**
 * The document with a template for each that the journeys name and nobody has written: a script may be about who is sent
 * what and when, before anyone knows what it says. One that is there for another channel stays as it is, and is refused.
 */
export const withTemplatesFor = (journeys: readonly JourneyDefinition[], document: CatalogDocument): CatalogDocument => {
  const templates = new Map(document.templates.map((template) => [template.key, template]));
  for (const { steps } of journeys)
    for (const step of Object.values(steps))
      for (const { kind, key, channel } of stepTypeOf(step).references?.(step) ?? [])
        if (kind === "template" && channel !== undefined && !templates.has(key)) templates.set(key, standInTemplate(key, channel));
  return templates.size === document.templates.length ? document : { ...document, templates: [...templates.values()] };
};

/** What it says is its key. */
const standInTemplate = (key: string, channel: Channel): TemplateDefinition => {
  const contents: Readonly<Record<string, object>> = {
    email: { subject: key, html: `<p>${key}</p>` },
    push: { title: key, body: key },
    slack: { text: key },
    webhook: { url: "https://example.com/" },
  };
  return templateSchema.parse({ key, channel, name: key, locales: { en: contents[channel] ?? { body: key } }, defaultLocale: "en" });
};

/**
 * What keeps a journey from being played among these definitions. Any provider may be named: nothing is sent. What would only
 * be refused because it is surely not what was meant (nobody can ever enter, a step no path leads to) is played: the trace says why.
 */
export const journeyProblems = (journey: JourneyDefinition, document: CatalogDocument): readonly InputProblem[] =>
  lintJourney(journey, knownIn(withStandIns(withPublished(document, journey)))).filter(
    ({ severity, playable }) => severity === "error" && playable !== true,
  );

export const prefixed = (place: string, problems: readonly InputProblem[]): readonly InputProblem[] =>
  problems.map(({ path, message }) => ({ path: path === "" ? place : `${place}.${path}`, message }));

/** The document with providers for every channel and name that has none. Each reports every status: what becomes of a message is the script's to say. */
export const withStandIns = (document: CatalogDocument): CatalogDocument => {
  const providers = document.providers.map(({ reports: _reports, ...provider }): CatalogProvider => provider);
  const channels = new Set<Channel>(document.templates.map(({ channel }) => channel));
  for (const channel of channels)
    if (!providers.some((provider) => provider.channel === channel && provider.default))
      providers.push(standIn(`simulated-${channel}`, channel, true));
  for (const { definition } of document.journeys)
    for (const step of Object.values(definition.steps))
      for (const { kind, key, channel } of stepTypeOf(step).references?.(step) ?? [])
        if (kind === "provider" && channel !== undefined && !providers.some((provider) => provider.key === key))
          providers.push(standIn(key, channel, false));
  return { ...document, providers };
};

const standIn = (key: string, channel: Channel, isDefault: boolean): CatalogProvider => ({
  key,
  channel,
  type: "outbox",
  default: isDefault,
  resendUncertain: false,
});
