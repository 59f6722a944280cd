import type { EarlierWord } from "../consent/proof.ts";
import { stableText } from "../hash.ts";
import type { Channel } from "../message/message.ts";
import type { Draft } from "./draft.ts";
import type { Fact } from "./facts.ts";
import type { Profile } from "./state.ts";
import type { Stimulus } from "./stimulus.ts";
import type { UserKey } from "./user-key.ts";

type Word = Extract<Fact, { kind: "subscription" }> | Extract<Fact, { kind: "suppressed" | "unsuppressed" }>;

/** One thing that stands of a user's consent. */
interface Standing {
  readonly word: Word;
  /** All of it as text: the same here and there is the same word. */
  readonly text: string;
}

/** What a word is about: of several with one name the newest stands. */
const nameOf = (word: Word): string =>
  word.kind === "subscription"
    ? `subscription|${word.topic ?? ""}|${word.channel ?? ""}`
    : `suppressed|${word.channel}|${word.address ?? ""}`;

const standingOf = ({ subscriptions, suppressions }: Profile): readonly Standing[] => [
  ...Object.entries(subscriptions).map(([key, entry]) => {
    // Keys are made by subscriptionKey alone.
    const [, topic, channel] = /^(?:topic:([^@]*)@?)?(?:(?:channel:)?(.+))?$/.exec(key) ?? [];
    const about = { ...(topic !== undefined && { topic }), ...(channel !== undefined && { channel: channel as Channel }) };
    return { word: { kind: "subscription" as const, at: entry.order[0], state: entry.state, ...about }, text: stableText([key, entry]) };
  }),
  ...Object.entries(suppressions).map(([key, entry]) => {
    const { reason, address, at } = entry;
    // "*", a channel, or a channel before an address.
    const channel = (address === undefined ? key : key.slice(0, key.indexOf(":"))) as Channel | "*";
    return {
      word: { kind: "suppressed" as const, at, channel, reason, ...(address !== undefined && { address }) },
      text: stableText([key, entry]),
    };
  }),
];

/**
 * Source of a merge: of everything that stands of its consent, when and how it was said; found among its facts, newest first.
 * What was itself taken over by a merge is handed on as it was said first.
 */
export const consentOf = (user: UserKey, profile: Profile, facts: Iterable<Fact>): Readonly<Record<string, EarlierWord>> => {
  const wanted = new Set(standingOf(profile).map(({ word }) => nameOf(word)));
  const found: Record<string, EarlierWord> = {};
  for (const fact of facts) {
    if (wanted.size === 0) break;
    if ((fact.kind !== "subscription" && fact.kind !== "suppressed") || !wanted.delete(nameOf(fact))) continue;
    const { of, ...proof } = fact.proof ?? {};
    found[nameOf(fact)] = of ?? { user, at: fact.at, ...("source" in proof && { proof }) };
  }
  return found;
};

/** Target: what stands here because the source said so is told, with its proof: nobody has to look for it elsewhere. */
export const tellTakenConsent = (draft: Draft, { from, profile, carried }: Extract<Stimulus, { type: "import" }>): void => {
  const here = new Set(standingOf(draft.state.profile).map(({ text }) => text));
  for (const { word, text } of standingOf(profile)) {
    if (!here.has(text)) continue;
    const of = carried?.consent?.[nameOf(word)] ?? { user: from, at: word.at };
    draft.facts.push({ ...word, at: draft.at, proof: { source: "merge", of } });
  }
};
