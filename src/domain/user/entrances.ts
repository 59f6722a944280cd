import type { CompiledJourney } from "../catalog/catalog.ts";
import type { UserEvent } from "../event/event.ts";
import { historyName } from "../event/event.ts";
import type { Json, JsonObject } from "../json.ts";
import type { MembershipChange } from "../segment/members.ts";
import { dueDates } from "./dates.ts";
import { nextInterval, refuseEntry, tryEnter } from "./enter.ts";
import { askedBefore, counterKey, counterOf, rememberAsked, withCounter } from "./frequency.ts";
import { groupKey } from "./groups.ts";
import { statusOf } from "./journeys.ts";
import { messageOf } from "./messages.ts";
import type { AskedEntry, Cause, Changes, Draft } from "./draft.ts";
import type { Membership, UserState } from "./state.ts";
import { zoneOf } from "./zone.ts";

/** Runs that the event at hand starts. */
export const enterByEvent = (draft: Draft, event: UserEvent, cause: Cause): void => {
  for (const journey of draft.context.catalog.journeysByEvent.find(historyName(event))) {
    const { trigger } = journey;
    if (trigger.kind !== "event" || !trigger.matches(event)) continue;
    const clause = `${event.type === "track" ? "event" : event.type} ${event.event ?? event.name ?? ""}`.trim();
    tryEnter(draft, { journey, key: trigger.key?.(event) ?? null, because: { clause } }, cause);
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

/** Runs that changed attributes, groups and messages start. What changed while nothing may enter is never asked about again. */
export const enterByChanges = (draft: Draft, changes: Changes, cause: Cause): void => {
  const { told } = draft;
  draft.told = draft.state.profile.attributes;
  if (!cause.enters) return;
  if (changes.attributes.length > 0) enterByAttributes(draft, { names: changes.attributes, told }, cause);
  if (changes.groups.length > 0) enterByGroups(draft, changes.groups, cause);
  if (changes.statuses.length > 0) enterByMessages(draft, changes.statuses, cause);
};

const enterByAttributes = (
  draft: Draft,
  { names, told }: { readonly names: readonly string[]; readonly told: Draft["told"] },
  cause: Cause,
): void => {
  for (const name of new Set(names)) {
    for (const journey of draft.context.catalog.journeysByAttribute.get(name) ?? []) {
      const { trigger } = journey;
      const before = Object.hasOwn(told, name) ? told[name]?.value : undefined;
      const after = draft.state.profile.attributes[name]?.value;
      if (trigger.kind !== "attribute" || !trigger.matches(before, after, momentOf(draft))) continue;
      const [from, to] = [plain(trigger.read(before)), plain(trigger.read(after))];
      const properties = { attribute: name, ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
      tryEnter(
        draft,
        { journey, key: null, properties, because: { clause: `attribute ${name} changed`, ...(to !== undefined && { value: to }) } },
        cause,
      );
    }
  }
};

const enterByGroups = (draft: Draft, changes: Changes["groups"], cause: Cause): void => {
  const { journeysByGroup } = draft.context.catalog;
  for (const { type, id, change, told } of changes) {
    for (const journey of [...(journeysByGroup.get(type) ?? []), ...(type === "*" ? [] : (journeysByGroup.get("*") ?? []))]) {
      const { trigger } = journey;
      const { groups } = draft.state.profile;
      const key = groupKey(type, id);
      const membership = Object.hasOwn(groups, key) ? groups[key] : undefined;
      const known = { relationship: membership?.relationship ?? {}, id };
      if (trigger.kind !== "group" || trigger.change !== change) continue;
      if (!trigger.matches({ ...membership?.attributes, ...known }, momentOf(draft))) continue;
      // It fired on the join already, without what the group said since.
      if (told === true && trigger.matches(known, momentOf(draft))) continue;
      const properties = { groupType: type, groupId: id, change };
      tryEnter(draft, { journey, key: null, properties, because: { clause: `${change} group ${type} ${id}` } }, cause);
    }
  }
};

const enterByMessages = (draft: Draft, changes: Changes["statuses"], cause: Cause): void => {
  const { journeysByMessage } = draft.context.catalog;
  if (journeysByMessage.size === 0) return;
  const asked = new Set<string>();
  for (const { message: id, before } of changes) {
    const message = messageOf(draft, id);
    // Several steps at once: the first of them says where the message stood.
    if (message === undefined || asked.has(id)) continue;
    asked.add(id);
    const sender = message.run?.journey;
    for (const journey of [
      ...(journeysByMessage.get(`template:${message.template}`) ?? []),
      ...(sender === undefined ? [] : (journeysByMessage.get(`journey:${sender}`) ?? [])),
    ]) {
      const { trigger } = journey;
      // A journey that its own messages start would go round for ever.
      if (trigger.kind !== "message" || journey.key === sender || !trigger.matches(message, before)) continue;
      const properties = {
        message: id,
        status: message.status,
        template: message.template,
        ...(message.run && { journey: message.run.journey, step: message.run.step }),
      };
      tryEnter(draft, { journey, key: null, properties, because: { clause: `message ${id} is ${message.status}` } }, cause);
    }
  }
};

const momentOf = (draft: Draft) => ({ now: draft.at, zone: zoneOf(draft.state.profile, draft.context.catalog.document.timezone) });

/** Values that a run keeps: large ones are in the profile. */
const LONGEST_VALUE = 500;
const plain = (value: Json | undefined): Json | undefined =>
  value === undefined || typeof value === "object" || (typeof value === "string" && value.length > LONGEST_VALUE) ? undefined : value;

/** Runs that a date of the user's starts, now that it has come. */
export const enterByDate = (draft: Draft, cause: Cause): void => {
  for (const { journey, due } of dueDates(draft.state, draft.context.catalog)) {
    const { trigger } = journey;
    if (trigger.kind !== "date" || due > draft.at) continue;
    const value = draft.state.profile.attributes[trigger.attribute]?.value;
    const date = trigger.date(value);
    const name = counterKey(journey.key, null);
    const counter = counterOf(draft.state.entries, name);
    draft.state.entries = withCounter(draft.state.entries, name, {
      ...counter,
      dateUpTo: due,
      ...(date !== undefined && { dateOf: date }),
    });
    const properties = {
      attribute: trigger.attribute,
      at: new Date(due).toISOString(),
      ...(date !== undefined && { date: new Date(date).toISOString() }),
    };
    const clause = `date ${trigger.attribute}`;
    tryEnter(
      draft,
      { journey, key: null, properties, because: { clause, ...(date !== undefined && { value: properties.date ?? "" }) } },
      { ...cause, id: `date:${journey.key}:${due}` },
    );
  }
};

/** Runs that calls, steps and schedules asked for by name. */
export const enterAsked = (draft: Draft, cause: Cause): void => {
  for (const asked of draft.asked.splice(0)) {
    if (askedBefore(draft.state.entries, asked.journey, asked.id) !== undefined) continue;
    const refused = tryAsked(draft, asked, cause) ?? "";
    draft.state.entries = rememberAsked(draft.state.entries, asked.journey, { id: asked.id, refused, at: draft.at });
  }
};

const tryAsked = (draft: Draft, asked: AskedEntry, cause: Cause): string | undefined => {
  const { because, properties, segment, id } = asked;
  const journey = draft.context.catalog.journeys.get(asked.journey);
  if (journey === undefined) return refuseEntry(draft, { key: asked.journey, version: 0 }, "no-such-journey", because);
  if (journey.status === "stopped") return refuseEntry(draft, journey, "stopped", because);
  if (segment !== undefined && draft.state.memberships[segment]?.member !== true)
    return refuseEntry(draft, journey, "not-in-segment", { clause: `segment ${segment}` });
  const entrance = { journey, key: keyOf(journey, properties ?? {}, draft), because, ...(properties && { properties }) };
  return tryEnter(draft, entrance, { ...cause, id, event: null });
};

/** The run's key on what the call brought, read as if it were an event's. */
const keyOf = ({ trigger }: CompiledJourney, properties: JsonObject, draft: Draft): string | null => {
  if ((trigger.kind !== "event" && trigger.kind !== "api") || trigger.key === undefined) return null;
  return trigger.key({ id: "", type: "track", properties, time: draft.at, receivedAt: draft.at, index: 0, key: "server" });
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
    if (tryEnter(draft, { journey, key: null, because: { clause: `still in segment ${segmentOf(journey)}` } }, cause) === undefined)
      continue;
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
