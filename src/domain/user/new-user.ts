import type { UserState } from "./state.ts";
import type { UserKey } from "./user-key.ts";

/** Catalog version of a user whom no stimulus has reached yet. */
export const NEVER_DECIDED = -1;

/**
 * The state of a user at first contact, before the first stimulus. `now` in ms.
 * The sampling id is the first name the user was known by: it is carried through merges, so the same user stays in the
 * same share of a split for ever.
 */
export const newUser = (workspace: string, user: UserKey, now: number): UserState => ({
  workspace,
  user,
  profile: {
    attributes: {},
    tags: {},
    anonymousIds: {},
    suppressions: {},
    subscriptions: {},
    devices: {},
    groups: {},
    manual: {},
    createdAt: now,
    lastSeenAt: 0,
    samplingId: user,
  },
  memberships: {},
  runs: {},
  goals: [],
  entries: {},
  open: {},
  asks: {},
  claims: {},
  meta: { catalog: NEVER_DECIDED, tallies: {}, merges: {} },
});

/** Journey versions this user's runs and open goals are pinned to, as "key@version": what `catalog.pinned` must hold beside the current ones. */
export const neededVersions = (state: UserState): string[] => {
  const needed = new Set<string>();
  for (const run of Object.values(state.runs)) needed.add(`${run.journey}@${run.version}`);
  for (const goal of state.goals) needed.add(`${goal.journey}@${goal.version}`);
  return [...needed];
};
