import * as z from "zod";

/** An ISO 8601 duration: calendar part (years, months) and exact part in ms (a day is 24 h). */
export interface Duration {
  readonly months: number;
  readonly ms: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;

/** Ten years: longer than any wait or window the language allows, short enough that sums stay valid instants. */
const LONGEST_MS = 3_660 * DAY_MS;
const LONGEST_MONTHS = 120;

const number = String.raw`(\d{1,9}(?:\.\d{1,3})?)`;
const pattern = new RegExp(
  `^([+-])?P(?!$)(?:${number}Y)?(?:${number}M)?(?:${number}W)?(?:${number}D)?(?:T(?!$)(?:${number}H)?(?:${number}M)?(?:${number}S)?)?$`,
);

/** Reads "PT90S", "P3D", "P1M", "-P3D"; undefined for anything else, for broken months and for more than ten years. */
export const parseDuration = (text: string): Duration | undefined => {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, sign, ...parts] = match;
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts.map((part) => Number(part ?? 0));
  const inMonths = years * 12 + months;
  const ms = Math.round(weeks * WEEK_MS + days * DAY_MS + hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS);
  if (!Number.isInteger(inMonths) || inMonths > LONGEST_MONTHS || ms > LONGEST_MS) return undefined;
  const factor = sign === "-" ? -1 : 1;
  return { months: inMonths === 0 ? 0 : factor * inMonths, ms: ms === 0 ? 0 : factor * ms };
};

/** A duration from now into the future, months and years allowed: waits. */
export const durationSchema = z.lazy(() =>
  z.string().refine((text) => {
    const duration = parseDuration(text);
    return duration !== undefined && duration.ms >= 0 && duration.months >= 0;
  }, 'A duration is ISO 8601, for instance "PT90S", "P3D" or "P1M", at most ten years'),
);

/** A window in time: weeks to seconds only, longer than nothing (docs/semantics.md: months and years are for waits only). */
export const windowDurationSchema = z.lazy(() =>
  z.string().superRefine((text, context) => {
    const duration = parseDuration(text);
    const message =
      duration === undefined
        ? 'A duration is ISO 8601, for instance "PT90S" or "P3D", at most ten years'
        : duration.months !== 0
          ? "Months and years have no fixed length and are for waits only: say days or weeks"
          : duration.ms <= 0
            ? "The duration must be longer than nothing"
            : undefined;
    if (message !== undefined) context.addIssue({ code: "custom", message });
  }),
);

/** Length in ms of a window that passed `windowDurationSchema`. */
export const windowMs = (text: string): number => {
  const duration = parseDuration(text);
  if (duration === undefined || duration.months !== 0) throw new Error(`expected a window without months, got "${text}"`);
  return duration.ms;
};
