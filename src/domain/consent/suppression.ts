import type { Channel } from "../message/message.ts";
import type { Profile } from "../user/state.ts";
import { comparableAddress } from "./comparable-address.ts";

type Suppressions = Profile["suppressions"];

/** Addresses of one user that are suppressed on their own; beyond it the oldest are tried again. */
const MAX_ADDRESSES = 100;

const COMPLAINED = "complained";

/** Why something is suppressed of which a provider reports; what it says itself goes along. That somebody complained is always said first. */
export const reasonOf = (status: string, said: string | undefined): string =>
  said === undefined ? status : status === COMPLAINED && !isComplaint(said) ? `${COMPLAINED}: ${said}` : said;

/** Did somebody call a message spam? Whoever writes to them all the same risks that nobody's mail is delivered any more. */
export const isComplaint = (reason: string | undefined): boolean => reason !== undefined && /^complain/i.test(reason);

/** Providers tell of telephone numbers with and without the plus. */
const addressKey = (channel: Channel, address: string): string => `${channel}:${comparableAddress(channel, address).replace(/^\+/, "")}`;

/** What forbids sending to the address by the channel, hard: for everything, the whole channel, or this address. */
export const suppressionFor = (
  suppressions: Suppressions,
  channel: Channel,
  address: string | undefined,
): Suppressions[string] | undefined => {
  for (const name of ["*", channel, ...(address === undefined ? [] : [addressKey(channel, address)])]) {
    const found = Object.hasOwn(suppressions, name) ? suppressions[name] : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
};

/** With one address more; a user may have several (devices, addresses that steps name), and each stays suppressed. */
export const withAddress = (
  suppressions: Suppressions,
  channel: Channel,
  suppression: { readonly reason: string; readonly at: number; readonly address: string },
): Suppressions => {
  const all = { ...suppressions, [addressKey(channel, suppression.address)]: suppression };
  const addresses = Object.entries(all).filter(([, { address }]) => address !== undefined);
  const surplus = addresses.toSorted(([, a], [, b]) => b.at - a.at).slice(MAX_ADDRESSES);
  return Object.fromEntries(Object.entries(all).filter(([name]) => !surplus.some(([old]) => old === name)));
};

export interface Lift {
  /** Complaints too; they stay otherwise. */
  readonly evenComplaint: boolean;
}

/** Without the suppression of one address; the same when there was none. */
export const withoutAddress = (
  suppressions: Suppressions,
  { channel, address }: { readonly channel: Channel; readonly address: string },
  lift: Lift,
): Suppressions => without(suppressions, (name) => name === addressKey(channel, address), lift);

/** Without a channel's suppression and those of its addresses ("*": only what holds for everything); the same when there was none. */
export const withoutChannel = (suppressions: Suppressions, channel: Channel | "*", lift: Lift): Suppressions =>
  without(suppressions, (name) => name === channel || name.startsWith(`${channel}:`), lift);

const without = (suppressions: Suppressions, isMeant: (name: string) => boolean, { evenComplaint }: Lift): Suppressions => {
  const left = Object.entries(suppressions).filter(([name, { reason }]) => !isMeant(name) || (!evenComplaint && isComplaint(reason)));
  return left.length === Object.keys(suppressions).length ? suppressions : Object.fromEntries(left);
};
