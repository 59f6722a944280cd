import type { Channel } from "../message/message.ts";
import { windowMs } from "../schedule/duration.ts";
import { maxCapCount, type Cap } from "./rules.ts";

/** Claims that count for caps, by channel: instants (ms), newest first. */
export type Claims = Readonly<Record<string, readonly number[]>>;

/**
 * The first cap that one message more on the channel, now, would go beyond; undefined = none. Caps are rolling windows: a
 * claim counts from its own instant until exactly `per` later. Source: docs/semantics.md, Sending.
 */
export const exceededCap = (
  claims: Claims,
  caps: readonly Cap[],
  { channel, now }: { readonly channel: Channel; readonly now: number },
): Cap | undefined =>
  caps.find((cap) => {
    if (!covers(cap, channel)) return false;
    const since = now - windowMs(cap.per);
    const counted = cap.channel === undefined ? Object.values(claims) : [instantsOf(claims, channel)];
    return counted.reduce((sum, instants) => sum + countAfter(instants, since), 0) >= cap.count;
  });

/** The claims with this one; the same when no cap counts the channel. Only what a cap can still ask about is kept. */
export const countClaim = (
  claims: Claims,
  caps: readonly Cap[],
  { channel, at }: { readonly channel: Channel; readonly at: number },
): Claims => {
  const longest = Math.max(0, ...caps.filter((cap) => covers(cap, channel)).map((cap) => windowMs(cap.per)));
  if (longest === 0) return claims;
  const known = instantsOf(claims, channel);
  const newest = Math.max(at, known[0] ?? at);
  const kept = [...known, at].toSorted((a, b) => b - a).filter((instant) => instant > newest - longest);
  return { ...claims, [channel]: kept.slice(0, maxCapCount) };
};

/** The claims without the one made at the instant: its provider did not take the message. The same when it was not counted. */
export const releaseClaim = (claims: Claims, { channel, at }: { readonly channel: Channel; readonly at: number }): Claims => {
  const known = instantsOf(claims, channel);
  const index = known.indexOf(at);
  return index < 0 ? claims : { ...claims, [channel]: known.toSpliced(index, 1) };
};

/** A cap as people are told of it: "3 per P1D on sms". */
export const capText = ({ channel, count, per }: Cap): string => `${count} per ${per}${channel === undefined ? "" : ` on ${channel}`}`;

const covers = (cap: Cap, channel: Channel): boolean => cap.channel === undefined || cap.channel === channel;

const instantsOf = (claims: Claims, channel: Channel): readonly number[] => (Object.hasOwn(claims, channel) ? (claims[channel] ?? []) : []);

/** Newest first, so the first that is too old ends the count. */
const countAfter = (instants: readonly number[], since: number): number => {
  const end = instants.findIndex((instant) => instant <= since);
  return end < 0 ? instants.length : end;
};
