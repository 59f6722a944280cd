import type { CatalogDocument } from "../catalog/catalog.ts";
import type { InputProblem } from "../fault.ts";
import { isPiece } from "../template/pieces.ts";
import { offersWayOut } from "../template/way-out.ts";
import type { Channel, MessageStatus } from "../message/message.ts";
import type { JourneyDefinition, StepDefinition } from "./journey.ts";

/** Something wrong with a definition. An error keeps it from being saved or published; a warning is told and lets it pass. */
export interface LintProblem extends InputProblem {
  readonly severity: "error" | "warning";
  /** An error only because it is surely not what was meant: what such a journey does is defined, and a simulation may show it. */
  readonly playable?: true;
}

/** What a journey may name, as the workspace has it now. What is left out is not checked. */
export interface KnownDefinitions {
  readonly templates: ReadonlyMap<string, { readonly channel: Channel; readonly hasNoWayOut?: boolean }>;
  readonly segments: ReadonlySet<string>;
  /** Those of `segments` whose members are set by hand. */
  readonly manualSegments?: ReadonlySet<string>;
  readonly providers?: ReadonlyMap<
    string,
    { readonly channel: Channel; readonly default?: boolean; readonly reports?: readonly MessageStatus[] }
  >;
  readonly topics?: ReadonlyMap<string, { readonly channels: readonly Channel[] }>;
  readonly windows?: ReadonlySet<string>;
  /** Published journeys. */
  readonly journeys?: ReadonlySet<string>;
}

/** What the published definitions of a workspace let a journey name. */
export const knownIn = (document: CatalogDocument): KnownDefinitions => ({
  templates: messagesOf(document),
  segments: new Set(document.segments.map(({ key }) => key)),
  manualSegments: new Set(document.segments.flatMap(({ key, kind }) => (kind === "manual" ? [key] : []))),
  providers: new Map(document.providers.map((provider) => [provider.key, provider])),
  topics: new Map((document.topics ?? []).map((topic) => [topic.key, topic])),
  windows: new Set(Object.keys(document.rules?.windows ?? {})),
  journeys: new Set(document.journeys.map(({ definition }) => definition.key)),
});

/** What can be sent, each with all that it is put together of: a way to unsubscribe may stand in a footer. */
const messagesOf = ({ templates }: CatalogDocument): KnownDefinitions["templates"] => {
  const all = new Map(templates.map((template) => [template.key, template]));
  const messages = templates.flatMap((template) => (isPiece(template) ? [] : [template]));
  return new Map(
    messages.map((template) => [
      template.key,
      { channel: template.channel, hasNoWayOut: template.channel === "email" && !offersWayOut(template, all) },
    ]),
  );
};

export type Place = readonly (string | number)[];

/** Where a check says what it found. */
export interface Report {
  readonly error: (place: Place, message: string) => void;
  /** An error of a journey that could be run all the same. */
  readonly playableError: (place: Place, message: string) => void;
  readonly warning: (place: Place, message: string) => void;
}

/** Collects what checks report. */
export const collect = (): { readonly problems: readonly LintProblem[]; readonly report: Report } => {
  const problems: LintProblem[] = [];
  const say =
    (kind: Pick<LintProblem, "severity" | "playable">) =>
    (place: Place, message: string): void =>
      void problems.push({ ...kind, path: dotted(place), message });
  return {
    problems,
    report: {
      error: say({ severity: "error" }),
      playableError: say({ severity: "error", playable: true }),
      warning: say({ severity: "warning" }),
    },
  };
};

/** `steps.remind.paths[0].next`, as other problems are named. */
const dotted = (place: Place): string =>
  place.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");

/** A step of the journey; own fields only. */
export const stepIn = (journey: JourneyDefinition, key: string): StepDefinition | undefined =>
  Object.hasOwn(journey.steps, key) ? journey.steps[key] : undefined;
