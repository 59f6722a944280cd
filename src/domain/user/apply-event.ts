import { historyName, orderOf, type UserEvent } from "../event/event.ts";
import type { Json } from "../json.ts";
import { recordMatches } from "../segment/tallies.ts";
import { newerEntry, writeAttributes, type Written } from "./attributes.ts";
import { takeDevice } from "./devices.ts";
import { setProfile, type Draft } from "./draft.ts";
import { takeGroupCall } from "./groups.ts";
import { applyIdentity } from "./identity.ts";
import { refuseAttributes } from "./refuse.ts";

const DAY_MS = 86_400_000;

/** From this age on (ms) a late event starts no journeys; it still enters history, attributes, exits and goals. */
const LATE_MS = 72 * 3_600_000;

/** Dedupe, identity, attributes, history. False when the event was known already: then nothing has changed. */
export const applyEvent = (draft: Draft, event: UserEvent): boolean => {
  if (isTooOld(draft, event)) return refuseTooOld(draft, event);
  if (!draft.context.history.append(event)) return false;
  recordMatches(event, draft.context);
  applyIdentity(draft, event);
  if (event.type === "identify" && event.traits !== undefined)
    takeAttributes(draft, writeAttributes(draft.state.profile.attributes, event.traits, orderOf(event)));
  takeGroupCall(draft, event);
  takeDevice(draft, event);
  takeZone(draft, event);
  takeSeen(draft, event.time);
  draft.changes.eventName = historyName(event);
  return true;
};

/** Nobody can say whether it came before: what was known of that time may have been pruned. */
const isTooOld = ({ state, context }: Draft, { id, time }: UserEvent): boolean =>
  state.meta.lowWater !== undefined && time < state.meta.lowWater && !context.history.has(id);

const refuseTooOld = (draft: Draft, event: UserEvent): false => {
  if (draft.context.history.refuse(event))
    draft.facts.push({ kind: "event-refused", at: draft.at, event: event.event ?? event.name ?? event.type, reason: "too-old" });
  return false;
};

/** May the event start journeys? Not when it is 72 h old or says it is history (`context.backfill`). */
export const mayEnter = (event: UserEvent, now: number): boolean => now - event.time < LATE_MS && event.context?.["backfill"] !== true;

/** Keeps written attributes and notes what changed. */
export const takeAttributes = (draft: Draft, { attributes, changed, refused }: Written): void => {
  refuseAttributes(draft, refused);
  if (attributes === draft.state.profile.attributes) return;
  setProfile(draft, { attributes });
  if (changed.length === 0) return;
  draft.changes.attributes.push(...changed);
  draft.userChanged = true;
};

const takeZone = (draft: Draft, event: UserEvent): void => {
  const zone: Json | undefined = event.context?.["timezone"];
  if (typeof zone !== "string" || zone === "") return;
  const { timezone } = draft.state.profile;
  const newer = newerEntry(timezone, { value: zone, order: orderOf(event) });
  if (newer === undefined || newer === timezone) return;
  setProfile(draft, { timezone: newer });
  // What is asked in the user's zone depends on the attribute, which this stands in for.
  if (newer.value !== timezone?.value) draft.changes.attributes.push("timezone");
};

const takeSeen = (draft: Draft, time: number): void => {
  const day = Math.floor(time / DAY_MS) * DAY_MS;
  if (day <= draft.state.profile.lastSeenAt) return;
  setProfile(draft, { lastSeenAt: day });
  draft.userChanged = true;
};
