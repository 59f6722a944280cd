import type { Message } from "../message/message.ts";
import { recordMatches } from "../segment/tallies.ts";
import { without, type Draft } from "./draft.ts";
import { isSideBySide } from "./enter.ts";
import { noteGroups } from "./groups.ts";
import { wantedMerges } from "./identity.ts";
import { definitionOf } from "./journeys.ts";
import type { History } from "./history.ts";
import { limits } from "./limits.ts";
import { type Luggage, mergeLuggage } from "./merge-carried.ts";
import { tellTakenConsent } from "./merge-consent.ts";
import { mergeProfiles } from "./merge-profile.ts";
import { messageFact, messageOf } from "./messages.ts";
import { refuseAttributes, refuseGroups, refuseSegments, refuseTags } from "./refuse.ts";
import { endRun } from "./runs.ts";
import { tellUntold } from "./tell-followed.ts";
import type { Meta, Run, UserState } from "./state.ts";
import type { Carried, Stimulus } from "./stimulus.ts";
import type { UserKey } from "./user-key.ts";

/** Users of one device that are told apart; of a device with more, what is older than all of them goes to the oldest kept. */
const MAX_POINTERS = 1_000;

/** Of settled messages as many go along, the newest: each holds its content, and all of them go in one call. */
const MAX_SETTLED = 200;
const MAX_SETTLED_CHARACTERS = 4_000_000;

/** What a frozen source hands over beside its profile and history: with the last part of the import. `history`: where its messages are. */
export const handOver = (state: UserState, history?: Pick<History, "message">): Carried => {
  const { runs, goals, entries, open, asks, claims } = state;
  const wanted = wantedMerges(state);
  const settled = history === undefined ? {} : settledOf(state, history);
  return {
    runs,
    goals,
    entries,
    open,
    asks,
    claims,
    ...(Object.keys(settled).length > 0 && { settled }),
    ...(state.meta.lowWater !== undefined && { lowWater: state.meta.lowWater }),
    ...(wanted.length > 0 && { wanted: Object.fromEntries(wanted.map(({ merge, from }) => [merge, from] as const)) }),
  };
};

/** Messages of live runs that are not open any more: steps may wait for what is reported of them. Ids begin with their creation time. */
const settledOf = ({ runs, open }: UserState, history: Pick<History, "message">): Readonly<Record<string, Message>> => {
  const named = Object.values(runs).flatMap(({ position, messages }) => [
    ...Object.values(messages ?? {}),
    ...(position.at === "status" ? [position.message] : []),
  ]);
  const settled: Record<string, Message> = {};
  let characters = 0;
  for (const id of [...new Set(named)].toSorted().toReversed().slice(0, MAX_SETTLED)) {
    const message = Object.hasOwn(open, id) ? undefined : history.message(id);
    if (message === undefined) continue;
    characters += JSON.stringify(message).length;
    if (characters > MAX_SETTLED_CHARACTERS) break;
    settled[id] = message;
  }
  return settled;
};

/**
 * The source's side: everything that reaches it from now on goes to the target, and nothing moves here any more. Another
 * user on the same device points it anew (later anonymous events are theirs) and gets no history: that was given away.
 * True when the pointer was set.
 */
export const freeze = (draft: Draft, { merge, target }: Extract<Stimulus, { type: "freeze" }>): boolean => {
  if (target === draft.state.user || Object.hasOwn(draft.state.meta.merges, merge)) return false;
  // Nothing is due here any more.
  tellUntold(draft);
  const { meta } = draft.state;
  const movedBefore = meta.movedTo === undefined ? [] : [...(meta.movedBefore ?? []), { target: meta.movedTo, until: draft.at }];
  draft.state.meta = {
    ...meta,
    movedTo: target,
    ...(movedBefore.length > 0 && { movedBefore: movedBefore.slice(-MAX_POINTERS) }),
    merges: Object.fromEntries([...Object.keys(meta.merges).slice(1 - limits.merges), merge].map((id) => [id, true as const])),
  };
  draft.userChanged = true;
  return true;
};

/**
 * Whose an event is that reached a source, by when we received it (ms): the user the device belonged to then, so that
 * replaying any part of the past finds the history it is in. Undefined = nothing moved.
 */
export const targetOf = ({ movedTo, movedBefore = [] }: Meta, receivedAt: number): UserKey | undefined =>
  movedBefore.find(({ until }) => receivedAt < until)?.target ?? movedTo;

/**
 * The target's side: the source's past becomes this user's. Past events count for segments and never trigger again; joins
 * the merge causes do fire. False for a merge that was taken in before.
 */
export const takeIn = (draft: Draft, source: Extract<Stimulus, { type: "import" }>): boolean => {
  if (Object.hasOwn(draft.state.meta.merges, source.merge)) return false;
  for (const event of source.events) if (draft.context.history.append(event)) recordMatches(event, draft.context);
  const before = draft.state.profile.groups;
  const { profile, refused } = mergeProfiles(draft.state.profile, source.profile);
  draft.state.profile = profile;
  noteGroups(draft, before);
  draft.changes.all = true;
  draft.userChanged = true;
  if (source.more === true) return true;
  // Every part brings the whole profile: the last one says what was left out in the end.
  refuseAttributes(draft, refused.attributes);
  refuseTags(draft, refused.tags);
  refuseGroups(draft, refused.groups);
  refuseSegments(draft, refused.segments);
  if (source.carried !== undefined) {
    takeCarried(draft, source.carried);
    tellTakenConsent(draft, source);
  }
  const { meta } = draft.state;
  const { wanted, ...rest } = meta;
  const left = without(wanted ?? {}, source.merge);
  draft.state.meta = { ...rest, merges: { ...meta.merges, [source.merge]: true }, ...(Object.keys(left).length > 0 && { wanted: left }) };
  if (source.from.startsWith("a:")) {
    draft.state.profile = { ...draft.state.profile, anonymousIds: { ...draft.state.profile.anonymousIds, [source.from.slice(2)]: "done" } };
  }
  draft.facts.push({ kind: "merged", at: draft.at, from: source.from });
  return true;
};

/**
 * Merges the source had not taken in become the target's, under the source's own merge id: to whom a history was promised
 * under that id is on record where it lies. What the source wanted of the target itself is over with this merge.
 */
const takeWishes = (draft: Draft, wishes: NonNullable<Carried["wanted"]>): void => {
  for (const [merge, from] of Object.entries(wishes)) {
    const { meta, user } = draft.state;
    if (from === user || Object.hasOwn(meta.merges, merge)) continue;
    draft.state.meta = { ...meta, wanted: { ...meta.wanted, [merge]: from } };
    draft.merges.push({ merge, from });
  }
};

const takeCarried = (draft: Draft, carried: Carried): void => {
  if (carried.wanted !== undefined) takeWishes(draft, carried.wanted);
  // What the source had pruned is unknown here too.
  if (carried.lowWater !== undefined)
    draft.state.meta = { ...draft.state.meta, lowWater: Math.max(draft.state.meta.lowWater ?? carried.lowWater, carried.lowWater) };
  const { merged, losers } = mergeLuggage(draft.state, carried, (run) => mayGoSideBySide(draft, run));
  for (const message of Object.values(carried.open)) {
    draft.messages.set(message.id, message);
    draft.facts.push(messageFact(message, draft.at));
  }
  for (const message of Object.values(carried.settled ?? {}))
    if (messageOf(draft, message.id) === undefined) draft.messages.set(message.id, message);
  // Losers are ended like any run: what they had queued is dropped with the reason.
  const lost = Object.fromEntries(losers.map((run) => [run.id, run]));
  Object.assign(draft.state, { ...merged, runs: { ...merged.runs, ...lost } } satisfies Luggage);
  for (const loser of losers) endRun(draft, loser, "merged");
};

const mayGoSideBySide = (draft: Draft, run: Run): boolean => {
  const journey = definitionOf(draft.context.catalog, run);
  return journey !== undefined && isSideBySide(journey) && run.key === null;
};
