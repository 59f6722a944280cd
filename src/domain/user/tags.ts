import { limits } from "./limits.ts";
import { refuseTags } from "./refuse.ts";
import { setProfile, type Draft } from "./draft.ts";

/** Adds and removes tags; true when anything changed. Removal wins where a tag is in both lists. */
export const changeTags = (draft: Draft, add: readonly string[], remove: readonly string[]): boolean => {
  const { tags } = draft.state.profile;
  const wanted = add.filter((tag, index) => !Object.hasOwn(tags, tag) && !remove.includes(tag) && add.indexOf(tag) === index);
  const room = wanted.length === 0 ? 0 : Math.max(0, limits.tags - Object.keys(tags).length);
  const added = wanted.slice(0, room);
  refuseTags(draft, wanted.slice(room));
  const removed = remove.filter((tag, index) => Object.hasOwn(tags, tag) && remove.indexOf(tag) === index);
  if (added.length === 0 && removed.length === 0) return false;
  const kept = Object.entries(tags).filter(([tag]) => !removed.includes(tag));
  setProfile(draft, { tags: Object.fromEntries([...kept, ...added.map((tag) => [tag, draft.at] as const)]) });
  draft.changes.tags.push(...added, ...removed);
  for (const tag of added) draft.facts.push({ kind: "tag-added", at: draft.at, tag });
  for (const tag of removed) draft.facts.push({ kind: "tag-removed", at: draft.at, tag });
  return true;
};
