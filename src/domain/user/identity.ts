import type { UserEvent } from "../event/event.ts";
import { setProfile, type Draft } from "./draft.ts";
import { limits } from "./limits.ts";
import type { UserState } from "./state.ts";
import type { UserKey } from "./user-key.ts";

/** One merge for ever between a source and a target: asking twice is the same merge. */
export const mergeIdOf = (from: UserKey, target: UserKey): string => `${from}>${target}`;

/**
 * What an identify or alias says about who is who: the history of the anonymous id it names is wanted here. Known users
 * are merged only by a server key: a write key in a browser must not merge strangers, so its previousId is read as an
 * anonymous id. Other calls hand nothing over, whatever anonymousId they carry.
 */
export const applyIdentity = (draft: Draft, event: UserEvent): void => {
  // Not the event's own userId: one that was forwarded names a user who has become this one.
  if (event.userId === undefined || !draft.state.user.startsWith("u:")) return;
  if (event.type === "identify" && event.anonymousId !== undefined) wantMerge(draft, `a:${event.anonymousId}`);
  if (event.type !== "alias" || event.previousId === undefined) return;
  // A server's previousId may be either kind; wanting the history of a user who never was takes nothing.
  if (event.key === "server") wantMerge(draft, `u:${event.previousId}`);
  wantMerge(draft, `a:${event.previousId}`);
};

/** The history of another user is wanted here; recorded in the timeline where it cannot be. */
export const wantMerge = (draft: Draft, from: UserKey): void => {
  const { profile, meta, user } = draft.state;
  if (from === user) {
    draft.facts.push({ kind: "merged", at: draft.at, from, refused: "a user is not merged with itself" });
    return;
  }
  const merge = mergeIdOf(from, user);
  if (isOwn(meta.merges, merge)) return;
  if (Object.keys(meta.merges).length >= limits.merges || Object.keys(profile.anonymousIds).length >= limits.merges) {
    // Said for each of them: an anonymous id that is not this user's stays a user of its own.
    if (from.startsWith("u:") || !isOwn(profile.anonymousIds, from.slice(2)))
      draft.facts.push({ kind: "merged", at: draft.at, from, refused: `a user may take in ${limits.merges} others` });
    return;
  }
  if (from.startsWith("a:")) {
    const id = from.slice(2);
    if (isOwn(profile.anonymousIds, id)) return;
    setProfile(draft, { anonymousIds: { ...profile.anonymousIds, [id]: "wanted" } });
  } else {
    if (isOwn(meta.wanted ?? {}, merge)) return;
    draft.state.meta = { ...meta, wanted: { ...meta.wanted, [merge]: from } };
  }
  draft.merges.push({ merge, from });
};

const isOwn = (record: Readonly<Record<string, unknown>>, key: string): boolean => Object.hasOwn(record, key);

/** Merges asked for and not yet taken in: what the shell tries again after a crash. */
export const wantedMerges = (state: UserState): readonly { readonly merge: string; readonly from: UserKey }[] => [
  ...Object.entries(state.profile.anonymousIds).flatMap(([id, stage]) =>
    stage === "wanted" ? [{ merge: mergeIdOf(`a:${id}`, state.user), from: `a:${id}` as const }] : [],
  ),
  ...Object.entries(state.meta.wanted ?? {}).map(([merge, from]) => ({ merge, from })),
];
