import { isComplaint } from "../consent/suppression.ts";
import { compareOrder, type EventOrder } from "../event/event.ts";
import { stableText } from "../hash.ts";
import { mergeAttributes, newerEntry } from "./attributes.ts";
import { fittingDevices } from "./devices.ts";
import { fittingGroups, mergeMemberships } from "./groups.ts";
import { limits } from "./limits.ts";
import type { Profile } from "./state.ts";

export interface MergedProfile {
  readonly profile: Profile;
  /** Names in `b` that found no room beside those of `a` (limits.ts). */
  readonly refused: {
    readonly attributes: readonly string[];
    readonly tags: readonly string[];
    readonly groups: readonly string[];
    readonly segments: readonly string[];
  };
}

/**
 * Two users' profiles as one (docs/semantics.md, Identity of users): attributes by last write, tags united, opt-outs and
 * suppressions the most restrictive, the older user's sampling id. Any number of profiles in any sequence end alike, as
 * long as all of it fits.
 */
export const mergeProfiles = (a: Profile, b: Profile): MergedProfile => {
  const timezone = newerEntry(a.timezone, b.timezone);
  const { attributes, refused } = mergeAttributes(a.attributes, Object.entries(b.attributes));
  const tags = fittingTags(a.tags, b.tags);
  const groups = fittingGroups(unite(a.groups, b.groups, mergeMemberships), added(a.groups, b.groups));
  const manual = fittingManual(a.manual, b.manual);
  const profile = {
    attributes,
    tags: unite(a.tags, tags.fitting, Math.min),
    anonymousIds: unite(a.anonymousIds, b.anonymousIds, furtherStage),
    suppressions: unite(a.suppressions, b.suppressions, widerSuppression),
    subscriptions: unite(a.subscriptions, b.subscriptions, stricterSubscription),
    devices: fittingDevices(unite(a.devices, b.devices, newerOf)),
    groups: groups.kept,
    manual: unite(a.manual, manual.fitting, newerOf),
    ...(timezone && { timezone }),
    createdAt: Math.min(a.createdAt, b.createdAt),
    lastSeenAt: Math.max(a.lastSeenAt, b.lastSeenAt),
    samplingId: isOlder(a, b) ? a.samplingId : b.samplingId,
  };
  return { profile, refused: { attributes: refused, tags: tags.refused, groups: groups.refused, segments: manual.refused } };
};

/** What only `theirs` has. */
const added = <T>(mine: Readonly<Record<string, T>>, theirs: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(theirs).filter(([key]) => !Object.hasOwn(mine, key)));

interface Fitting<T> {
  readonly fitting: Readonly<Record<string, T>>;
  readonly refused: readonly string[];
}

/** Of `theirs` what `mine` has too or has room for, up to `limit` in all. */
const fittingBeside = <T>(mine: Readonly<Record<string, T>>, theirs: Readonly<Record<string, T>>, limit: number): Fitting<T> => {
  const refused = Object.keys(added(mine, theirs)).slice(Math.max(0, limit - Object.keys(mine).length));
  if (refused.length === 0) return { fitting: theirs, refused };
  const without = new Set(refused);
  return { fitting: Object.fromEntries(Object.entries(theirs).filter(([key]) => !without.has(key))), refused };
};

const fittingTags = (mine: Profile["tags"], theirs: Profile["tags"]): Fitting<number> => fittingBeside(mine, theirs, limits.tags);

const fittingManual = (mine: Profile["manual"], theirs: Profile["manual"]): Fitting<Profile["manual"][string]> =>
  fittingBeside(mine, theirs, limits.manual);

const unite = <T>(a: Readonly<Record<string, T>>, b: Readonly<Record<string, T>>, both: (a: T, b: T) => T): Readonly<Record<string, T>> => {
  const united = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const mine = Object.hasOwn(a, key) ? a[key] : undefined;
    united[key] = mine === undefined ? value : both(mine, value);
  }
  return united;
};

const stages = ["other", "wanted", "done"] as const;
type Stage = (typeof stages)[number];
const furtherStage = (a: Stage, b: Stage): Stage => (stages.indexOf(a) >= stages.indexOf(b) ? a : b);

type Suppression = Profile["suppressions"][string];
/** One without an address covers all of them; a complaint is the graver reason; of equals the earlier. */
const widerSuppression = (a: Suppression, b: Suppression): Suppression => {
  if ((a.address === undefined) !== (b.address === undefined)) return a.address === undefined ? a : b;
  if (isComplaint(a.reason) !== isComplaint(b.reason)) return isComplaint(a.reason) ? a : b;
  return a.at < b.at || (a.at === b.at && `${a.address}|${a.reason}` <= `${b.address}|${b.reason}`) ? a : b;
};

type Subscription = Profile["subscriptions"][string];
const strictness: readonly Subscription["state"][] = ["opted-in", "pending", "opted-out"];
const stricterSubscription = (a: Subscription, b: Subscription): Subscription =>
  a.state !== b.state ? (strictness.indexOf(a.state) > strictness.indexOf(b.state) ? a : b) : compareOrder(a.order, b.order) >= 0 ? a : b;

/** The later in the total order; of equals the one whose text is greater, so that any sequence ends alike. */
const newerOf = <T extends { readonly order: EventOrder }>(a: T, b: T): T => {
  const byOrder = compareOrder(a.order, b.order);
  return byOrder > 0 || (byOrder === 0 && stableText(a) >= stableText(b)) ? a : b;
};

const isOlder = (a: Profile, b: Profile): boolean =>
  a.createdAt < b.createdAt || (a.createdAt === b.createdAt && a.samplingId <= b.samplingId);
