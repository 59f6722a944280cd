/** Messages of all users together that a workspace may send; days and months as UTC has them. */
export interface Quota {
  readonly day?: number | undefined;
  readonly month?: number | undefined;
}

/** A day or a month that messages count in. */
export interface QuotaPeriod {
  readonly kind: keyof Quota;
  /** "2026-11-22" or "2026-11" */
  readonly name: string;
  /** The instant (ms) after it. */
  readonly endsAt: number;
}

const DAY_MS = 86_400_000;

/** The day and the month of an instant (ms), the longer first: whoever has to wait waits for the end of that. */
export const periodsAt = (at: number): readonly QuotaPeriod[] => {
  const day = Math.floor(at / DAY_MS) * DAY_MS;
  const date = new Date(day);
  const text = date.toISOString();
  return [
    { kind: "month", name: text.slice(0, 7), endsAt: Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) },
    { kind: "day", name: text.slice(0, 10), endsAt: day + DAY_MS },
  ];
};

/** How the reason of a message begins that the quota holds. */
export const QUOTA = "quota: ";

/** Why a message waits: "quota: 1000 messages a day". */
export const quotaReason = (kind: keyof Quota, limit: number): string => `${QUOTA}${limit} messages a ${kind}`;

/** What the quota says of a message that is about to be claimed: it counts, or waits until (ms) for the reason given. */
export type QuotaWord = { readonly kind: "counted" } | { readonly kind: "over"; readonly until: number; readonly reason: string };
