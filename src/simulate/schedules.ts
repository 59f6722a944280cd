import type { CompiledJourney } from "../domain/catalog/catalog.ts";
import { play } from "./play.ts";
import type { Stage } from "./stage.ts";

/** What schedules are asked over. */
type Clockwork = Pick<Stage, "world" | "rounds">;

/** A journey's next instant by its own schedule. */
interface Round {
  readonly journey: CompiledJourney;
  readonly segment: string;
  readonly at: number;
}

/**
 * The earliest instant at which a schedule lets its segment's members in. What is published now is asked each time, from the
 * instant of the last round (or of the publication) on. Undefined = no schedule has another round.
 */
export const nextRound = ({ world, rounds }: Stage): Round | undefined => {
  let found: Round | undefined;
  for (const journey of world.catalog.journeys.values()) {
    const { trigger } = journey;
    if (trigger.kind !== "schedule" || journey.status !== "live") continue;
    const at = roundAfter({ world, rounds }, journey);
    if (at !== undefined && (found === undefined || at < found.at)) found = { journey, segment: trigger.segment, at };
  }
  return found;
};

/** Kept until it has been: what is published now has its next round after the instant before this one, so that this very instant counts. */
const roundAfter = ({ world, rounds }: Clockwork, journey: CompiledJourney, after = world.now - 1): number | undefined => {
  const name = `${journey.key}@${journey.version}`;
  const known = rounds.get(name);
  if (known !== undefined && (known === null || known > after)) return known ?? undefined;
  const { trigger } = journey;
  const at = trigger.kind === "schedule" ? trigger.next(after, world.catalog.document.timezone) : undefined;
  rounds.set(name, at ?? null);
  return at;
};

/** Asks for a run of every member there is; each is asked once per round. */
export const playRound = (stage: Stage, { journey, segment, at }: Round): void => {
  const { world, outside } = stage;
  roundAfter(stage, journey, at);
  for (const user of world.users.values())
    if (
      user.state.meta.movedTo === undefined &&
      Object.hasOwn(user.state.memberships, segment) &&
      user.state.memberships[segment]?.member === true
    )
      play(world, outside, user, {
        type: "enter",
        id: `schedule:${journey.key}:${at}`,
        journey: journey.key,
        segment,
        because: "schedule",
      });
};
