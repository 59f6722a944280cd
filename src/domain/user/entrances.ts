import type { CompiledJourney } from "../catalog/catalog.ts";
import type { UserEvent } from "../event/event.ts";
import { historyName } from "../event/event.ts";
import type { MembershipChange } from "../segment/members.ts";
import { nextInterval, tryEnter } from "./enter.ts";
import { counterKey, counterOf, withCounter } from "./frequency.ts";
import { statusOf } from "./journeys.ts";
import type { Cause, Draft } from "./draft.ts";
import type { Membership, UserState } from "./state.ts";

/** Runs that the event at hand starts. */
export const enterByEvent = (draft: Draft, event: UserEvent, cause: Cause): void => {
  for (const journey of draft.context.catalog.journeysByEvent.find(historyName(event))) {
    const { trigger } = journey;
    if (trigger.kind !== "event" || !trigger.matches(event)) continue;
    tryEnter(draft, { journey, key: trigger.key?.(event) ?? null, because: { clause: `event ${event.event ?? event.type}` } }, cause);
  }
};

/** Runs that joins and leaves start. */
export const enterByMembership = (draft: Draft, changes: readonly MembershipChange[], cause: Cause): void => {
  for (const change of changes) {
    for (const journey of draft.context.catalog.journeysBySegment.get(change.segment) ?? []) {
      const { trigger } = journey;
      if (trigger.kind !== "segment" || (trigger.change === "enter") !== change.member) continue;
      tryEnter(draft, { journey, key: null, because: { clause: `${change.member ? "joined" : "left"} segment ${change.segment}` } }, cause);
    }
  }
};

/** Runs that calls and steps asked for by name. */
export const enterAsked = (draft: Draft, cause: Cause): void => {
  for (const { journey: key, properties, because, id } of draft.asked.splice(0)) {
    const journey = draft.context.catalog.journeys.get(key);
    if (journey === undefined) continue;
    tryEnter(draft, { journey, key: null, because, ...(properties && { properties }) }, { ...cause, id, event: null });
  }
};

/** Interval journeys whose interval has come round: entered again while the segment still holds, else left until the next join. */
export const enterByInterval = (draft: Draft, cause: Cause): void => {
  for (const { name, due } of intervalsOf(draft.state.entries)) {
    if (due > draft.at) continue;
    const journey = draft.context.catalog.journeys.get(name);
    if (journey?.status === "paused") continue;
    const counter = counterOf(draft.state.entries, name);
    const { reenterAt: _over, ...rest } = counter;
    draft.state.entries = withCounter(draft.state.entries, name, rest);
    const again = journey && nextInterval(journey, draft.at);
    if (journey === undefined || again === undefined || !stillHolds(draft.state.memberships, journey)) continue;
    if (tryEnter(draft, { journey, key: null, because: { clause: `still in segment ${segmentOf(journey)}` } }, cause)) continue;
    // Refused (a live run, a limit): asked again an interval on.
    draft.state.entries = withCounter(draft.state.entries, name, { ...rest, reenterAt: again });
  }
};

/** includeCurrent: takes the journey's present members in, once per version of the journey. */
export const enterCurrent = (draft: Draft, journeys: readonly string[], cause: Cause): void => {
  for (const key of journeys) {
    const journey = draft.context.catalog.journeys.get(key);
    if (journey?.trigger.kind !== "segment" || !journey.trigger.includeCurrent || !stillHolds(draft.state.memberships, journey)) continue;
    const name = counterKey(key, null);
    const counter = counterOf(draft.state.entries, name);
    if ((counter.included ?? 0) >= journey.version) continue;
    draft.state.entries = withCounter(draft.state.entries, name, { ...counter, included: journey.version });
    tryEnter(
      draft,
      { journey, key: null, because: { clause: `in segment ${journey.trigger.segment} when the journey was published` } },
      cause,
    );
  }
};

const segmentOf = (journey: CompiledJourney): string => (journey.trigger.kind === "segment" ? journey.trigger.segment : "");

const stillHolds = (memberships: UserState["memberships"], journey: CompiledJourney): boolean => {
  const { trigger } = journey;
  if (trigger.kind !== "segment") return false;
  const membership: Membership | undefined = Object.hasOwn(memberships, trigger.segment) ? memberships[trigger.segment] : undefined;
  return (membership?.member ?? false) === (trigger.change === "enter");
};

type Interval = { readonly name: string; readonly due: number };
const NONE: readonly Interval[] = [];
const intervals = new WeakMap<UserState["entries"], readonly Interval[]>();

/** Counters that wait for an interval. Only unkeyed ones do, so the name is the journey's key. Kept per record, as most events change none. */
const intervalsOf = (entries: UserState["entries"]): readonly Interval[] => {
  const known = intervals.get(entries);
  if (known !== undefined) return known;
  const found = Object.entries(entries).flatMap(([name, counter]) =>
    counter.reenterAt === undefined ? [] : [{ name, due: counter.reenterAt }],
  );
  const kept = found.length === 0 ? NONE : found;
  intervals.set(entries, kept);
  return kept;
};

/** The earliest instant at which an interval comes round in a journey that takes users in, ms. */
export const nextEntry = (state: UserState, catalog: Draft["context"]["catalog"]): number | undefined => {
  let next: number | undefined;
  for (const { name, due } of intervalsOf(state.entries)) {
    if (statusOf(catalog, name) === "live" && (next === undefined || due < next)) next = due;
  }
  return next;
};
