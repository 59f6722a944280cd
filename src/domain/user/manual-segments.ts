import { setProfile, type Draft } from "./draft.ts";
import { limits } from "./limits.ts";
import { refuseSegments } from "./refuse.ts";

/** Puts the user into manual segments and takes it out of others; true when anything changed. Removal wins where a segment is in both lists. */
export const changeManual = (draft: Draft, add: readonly string[], remove: readonly string[]): boolean => {
  const { manual } = draft.state.profile;
  const wanted = new Map([...add.map((key) => [key, true] as const), ...remove.map((key) => [key, false] as const)]);
  const changed = [...wanted].filter(([key, member]) => (Object.hasOwn(manual, key) ? manual[key]?.member : false) !== member);
  const added = changed.filter(([key]) => !Object.hasOwn(manual, key)).map(([key]) => key);
  const refused = new Set(added.slice(Math.max(0, limits.manual - Object.keys(manual).length)));
  refuseSegments(draft, [...refused]);
  const kept = changed.filter(([key]) => !refused.has(key));
  if (kept.length === 0) return false;
  const order = [draft.at, draft.at, 0] as const;
  setProfile(draft, { manual: { ...manual, ...Object.fromEntries(kept.map(([key, member]) => [key, { member, order }])) } });
  draft.changes.aspects.push("manual");
  return true;
};
