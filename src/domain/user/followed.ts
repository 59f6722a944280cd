import type { Followed, FollowedLink, Message } from "../message/message.ts";
import type { Draft } from "./draft.ts";
import { messageOf, putMessage } from "./messages.ts";
import { reportStatus } from "./reports.ts";
import { noteUntold, tellFollowed } from "./tell-followed.ts";
import type { Stimulus } from "./stimulus.ts";

/** No mail arrives, is opened and read sooner than this after it was handed over. */
const TOO_SOON_MS = 3_000;
/** Nobody follows two links of a message within this; scanners follow all of them at once. */
const AT_ONCE_MS = 1_000;
/** Addresses that are counted one by one. */
const MAX_LINKS = 200;

const none: Followed = { opens: 0, machineOpens: 0, links: {} };

/**
 * The message's own pixel or link was called (docs/semantics.md, Links): counted, and a person's call is a report of the
 * status. Of a message that was never handed over nothing is believed.
 */
export const takeFollowed = (draft: Draft, stimulus: Extract<Stimulus, { type: "followed" }>): void => {
  const message = messageOf(draft, stimulus.message) ?? stimulus.kept;
  if (message === undefined || message.attempts === 0 || message.status === "skipped") return;
  const { what, link, place } = stimulus;
  const isMachine = stimulus.machine || (what === "clicked" && isScan(message, link, draft.at));
  const followed = counted(message.followed ?? none, { what, link, isMachine, at: draft.at });
  const isNamed = what === "clicked" && place !== undefined && message.rendered?.links?.[place] !== undefined;
  putMessage(draft, { ...message, followed: isNamed ? { ...followed, places: countedAt(followed.places, place, isMachine) } : followed });
  const facts = draft.facts.length;
  if (!isMachine) reportStatus(draft, { type: "reported", message: message.id, status: what });
  if (!isNamed) return;
  // Where something is told anyway, this costs next to nothing; alone it waits for more of its kind.
  if (draft.facts.length > facts) tellFollowed(draft, message.id);
  else noteUntold(draft, message.id);
};

/** Before the provider's answer was written down, its claim says when it went out. */
const isScan = ({ sentAt, firstClaimedAt, followed }: Message, link: string | undefined, at: number): boolean =>
  at - (sentAt ?? firstClaimedAt ?? 0) < TOO_SOON_MS ||
  (followed?.last !== undefined && followed.last.url !== link && at - followed.last.at < AT_ONCE_MS);

interface Call {
  readonly what: "opened" | "clicked";
  readonly link: string | undefined;
  readonly isMachine: boolean;
  readonly at: number;
}

const counted = (followed: Followed, { what, link, isMachine, at }: Call): Followed => {
  if (what === "opened")
    return isMachine ? { ...followed, machineOpens: followed.machineOpens + 1 } : { ...followed, opens: followed.opens + 1 };
  if (link === undefined) return followed;
  const known = Object.hasOwn(followed.links, link) ? followed.links[link] : undefined;
  const last = { url: link, at };
  if (known === undefined && Object.keys(followed.links).length >= MAX_LINKS) return { ...followed, last };
  const before: FollowedLink = known ?? { clicks: 0, machineClicks: 0, firstAt: at, lastAt: at };
  const next = { ...before, lastAt: at, ...(isMachine ? { machineClicks: before.machineClicks + 1 } : { clicks: before.clicks + 1 }) };
  return { ...followed, last, links: { ...followed.links, [link]: next } };
};

const countedAt = (places: Followed["places"] = {}, place: number, isMachine: boolean): NonNullable<Followed["places"]> => {
  const before = (Object.hasOwn(places, place) ? places[place] : undefined) ?? {
    clicks: 0,
    machineClicks: 0,
    told: { clicks: 0, machineClicks: 0 },
  };
  const next = isMachine ? { ...before, machineClicks: before.machineClicks + 1 } : { ...before, clicks: before.clicks + 1 };
  return { ...places, [place]: next };
};
