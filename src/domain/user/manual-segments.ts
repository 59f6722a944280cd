import { setProfile, type Draft } from "./draft.ts";

/** Puts the user into manual segments and takes it out of others; true when anything changed. Removal wins where a segment is in both lists. */
export const changeManual = (draft: Draft, add: readonly string[], remove: readonly string[]): boolean => {
  const { manual } = draft.state.profile;
  const wanted = new Map([...add.map((key) => [key, true] as const), ...remove.map((key) => [key, false] as const)]);
  const changed = [...wanted].filter(([key, member]) => (Object.hasOwn(manual, key) ? manual[key]?.member : false) !== member);
  if (changed.length === 0) return false;
  setProfile(draft, {
    manual: {
      ...manual,
      ...Object.fromEntries(changed.map(([key, member]) => [key, { member, order: [draft.at, draft.at, 0] as const }])),
    },
  });
  draft.changes.aspects.push("manual");
  return true;
};
