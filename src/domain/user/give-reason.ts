import type { Draft } from "./draft.ts";
import type { Because, Fact } from "./facts.ts";

/** Facts that say what changed and leave to whoever changed it why. */
const kinds: ReadonlySet<Fact["kind"]> = new Set<Fact["kind"]>([
  "tag-added",
  "tag-removed",
  "attribute-set",
  "group-joined",
  "group-left",
  "group-changed",
  "device-added",
  "device-removed",
  "subscription",
  "suppressed",
  "unsuppressed",
]);

/** Carries a change out and writes beside each of its facts why it was made. */
export const withReason = <T>(draft: Draft, because: Because, change: () => T): T => {
  const first = draft.facts.length;
  const outcome = change();
  for (let index = first; index < draft.facts.length; index++) {
    const fact = draft.facts[index];
    if (fact !== undefined && kinds.has(fact.kind) && !("because" in fact)) draft.facts[index] = { ...fact, because } as Fact; // of a kind that has the field
  }
  return outcome;
};
