import type { Draft } from "./draft.ts";
import type { Fact } from "./facts.ts";
import { limits } from "./limits.ts";

/** Names a refusal lists; of more it says how many. */
const MAX_NAMES = 20;
const LONGEST_NAME = 100;

/** Tells the timeline what was not kept, and why (limits.ts); nothing when nothing was refused. */
export const refuse = (draft: Draft, what: Extract<Fact, { kind: "refused" }>["what"], names: readonly string[], reason: string): void => {
  if (names.length === 0) return;
  const listed = names.slice(0, MAX_NAMES).map((name) => name.slice(0, LONGEST_NAME));
  const more = names.length - listed.length;
  draft.facts.push({ kind: "refused", at: draft.at, what, names: more > 0 ? [...listed, `and ${more} more`] : listed, reason });
};

export const refuseAttributes = (draft: Draft, names: readonly string[]): void =>
  refuse(draft, "attributes", names, `a user's attributes may hold ${limits.attributeCharacters / 1024} KB in all`);

export const refuseTags = (draft: Draft, names: readonly string[]): void =>
  refuse(draft, "tags", names, `a user may have ${limits.tags} tags`);

export const refuseGroups = (draft: Draft, names: readonly string[]): void =>
  refuse(draft, "groups", names, `a user may be in ${limits.groups} groups, with ${limits.groupCharacters / 1024} KB in all`);

export const refuseSegments = (draft: Draft, names: readonly string[]): void =>
  refuse(draft, "segments", names, `a user may be in ${limits.manual} manual segments`);
