import { stableText } from "../hash.ts";
import type { JourneyDefinition } from "../journey/journey.ts";
import type { PublishedJourney } from "./catalog.ts";

/** What publishing says beside the definition. */
export interface Publishing {
  readonly version: number;
  readonly definition: JourneyDefinition;
  /** What runs in flight do: stay with the version they entered, or move to this one. */
  readonly inFlight: "stay" | "move";
  /** ms */
  readonly now: number;
}

/** A journey as its next version leaves it. `before`: what is published of it now. */
export const publishedAs = (before: PublishedJourney | undefined, { version, definition, inFlight, now }: Publishing): PublishedJourney => {
  const moveTo = inFlight === "move" ? version : before?.moveTo;
  const isPaused = before?.status === "paused";
  return {
    version,
    // A paused journey stays paused: publishing changes what it does, not whether it runs.
    status: isPaused ? "paused" : "live",
    definition,
    since: sinceOf(definition, before) ?? now,
    ...(moveTo !== undefined && { moveTo }),
    ...(isPaused && before.pausedAt !== undefined && { pausedAt: before.pausedAt }),
    ...(before?.resumed && { resumed: before.resumed }),
  };
};

/** A journey that goes on with the same trigger goes on from where it was: a date that is due while it is published is not lost. */
const sinceOf = ({ trigger }: JourneyDefinition, before: PublishedJourney | undefined): number | undefined =>
  before !== undefined && before.status !== "stopped" && stableText(before.definition.trigger) === stableText(trigger)
    ? before.since
    : undefined;

/** Held from `now` (ms) on. */
export const paused = (journey: PublishedJourney, now: number): PublishedJourney => ({ ...journey, status: "paused", pausedAt: now });

/** Going on from `now` (ms) on; what fell due since the pause does as `late` says. */
export const resumed = (
  { pausedAt, ...journey }: PublishedJourney,
  now: number,
  late: NonNullable<PublishedJourney["resumed"]>["late"],
): PublishedJourney => ({ ...journey, status: "live", resumed: { pausedAt: pausedAt ?? now, resumedAt: now, late } });

/** Over for everybody; what is published again begins anew. */
export const stopped = ({ pausedAt: _over, ...journey }: PublishedJourney): PublishedJourney => ({ ...journey, status: "stopped" });
