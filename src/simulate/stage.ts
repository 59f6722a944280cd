import type { CatalogDocument } from "../domain/catalog/catalog.ts";
import type { JourneyDefinition } from "../domain/journey/journey.ts";
import { noAnswers } from "./answers.ts";
import type { Move } from "./moves.ts";
import { play, type Outside } from "./play.ts";
import { newWorld, publishCatalog, stimulate, type Room, type World } from "./world.ts";

/** What a script is played on: the users, what is outside of them, and what is published. */
export interface Stage {
  readonly world: World;
  readonly outside: Outside;
  /** The published definitions, journeys included also while history is played without them. */
  document: CatalogDocument;
  /** Instant (ms) of each scheduled journey's next round, by "key@version"; null = it has none left. */
  readonly rounds: Map<string, number | null>;
}

/** What a stage is set up for. */
interface StageSettings {
  readonly start: number;
  readonly moves: readonly Move[];
  readonly hasHistory: boolean;
  /** How much it may take; as much as a script when left out. */
  readonly room?: Room;
}

export const newStage = (document: CatalogDocument, { start, moves, hasHistory, room }: StageSettings): Stage => ({
  world: newWorld(hasHistory ? withoutJourneys(document) : document, start, room),
  outside: { words: moves.flatMap(({ word }) => word ?? []), answers: noAnswers(), sent: [] },
  document,
  rounds: new Map(),
});

/** Journeys do not run over history: nobody enters, nothing is sent. */
const withoutJourneys = (document: CatalogDocument): CatalogDocument => ({ ...document, journeys: [] });

/** Makes another set of definitions the live one, under the next version. */
export const publish = (stage: Stage, document: CatalogDocument): void => {
  const { world } = stage;
  stage.document = { ...document, version: world.catalog.document.version + 1 };
  publishCatalog(world, world.now < world.start ? withoutJourneys(stage.document) : stage.document);
};

/**
 * History is over: the journeys are there from the instant before the start on, and who joined what until then joins silently.
 * Those of `includeCurrent`, published for the start, take in their present members.
 */
export const beginJourneys = (stage: Stage, journeys: readonly JourneyDefinition[] = []): void => {
  const { world, outside } = stage;
  world.now = world.start - 1;
  stage.document = { ...stage.document, version: world.catalog.document.version + 1 };
  publishCatalog(world, stage.document);
  for (const user of world.users.values()) stimulate(world, user, { type: "refresh", silent: true });
  const enter = journeys.flatMap(({ key, trigger }) => (trigger.type === "segment" && trigger.includeCurrent === true ? [key] : []));
  if (enter.length === 0) return;
  world.now = world.start;
  for (const user of world.users.values())
    if (user.state.meta.movedTo === undefined) play(world, outside, user, { type: "refresh", silent: true, enter });
};
