/** An instant as the API gives it: milliseconds since the epoch, or ISO 8601 text. */
export type Instant = number | string;

export const toMs = (instant: Instant): number => (typeof instant === "number" ? instant : Date.parse(instant));

const units = [
  ["year", 31_557_600_000],
  ["month", 2_629_800_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "long" });

/** "3 minutes ago", "in 2 hours", "now" (within five seconds). */
export const formatRelative = (instant: Instant, now: number): string => {
  const difference = toMs(instant) - now;
  if (Math.abs(difference) < 5000) return "now";
  const [unit, ms] = units.find(([, size]) => Math.abs(difference) >= size) ?? units[units.length - 1] ?? ["second", 1000];
  return relative.format(Math.trunc(difference / ms), unit);
};

const dateTime = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" });

export const formatDateTime = (instant: Instant): string => dateTime.format(toMs(instant));
export const formatClock = (instant: Instant): string => clock.format(toMs(instant));
export const formatDay = (instant: Instant): string => day.format(toMs(instant));

const words: Readonly<Record<string, string>> = {
  Y: "year",
  M: "month",
  W: "week",
  D: "day",
  "T H": "hour",
  "T M": "minute",
  "T S": "second",
};

/** "today", "yesterday", "3 days ago": for instants that are kept to the (UTC) day only. */
export const formatDaysAgo = (instant: Instant, now: number): string => {
  const dayOf = (ms: number) => Math.floor(ms / 86_400_000);
  return relative.format(Math.min(0, dayOf(toMs(instant)) - dayOf(now)), "day");
};

/** "PT1H30M" -> "1 hour 30 minutes"; what is not an ISO 8601 duration is given back as it is. */
export const formatDuration = (iso: string): string => {
  const match = /^P(?:([\d.]+)Y)?(?:([\d.]+)M)?(?:([\d.]+)W)?(?:([\d.]+)D)?(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?$/.exec(iso);
  if (!match) return iso;
  const parts = Object.values(words).flatMap((word, index) => {
    const value = match[index + 1];
    return value === undefined ? [] : [`${value} ${word}${value === "1" ? "" : "s"}`];
  });
  return parts.length > 0 ? parts.join(" ") : iso;
};
