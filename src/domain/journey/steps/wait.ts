import * as z from "zod";
import { eventPathSchema } from "../../filter/filter-schema.ts";
import { firstAt, pathSchema, readPath } from "../../filter/path.ts";
import { asInstant } from "../../filter/value.ts";
import type { Json } from "../../json.ts";
import { parseDuration } from "../../schedule/duration.ts";
import { daysSchema, nextLocalTime, timeOfDaySchema, zoneSchema } from "../../schedule/local-time.ts";
import { definitionOf } from "../../user/journeys.ts";
import type { StepMove, StepScope, StepType } from "../step.ts";
import { stepCommon, stepKey } from "../step-fields.ts";
import { addLength, LONGEST_WAIT_MS, takesMinute, waitLengthSchema } from "../wait-length.ts";

/** Dates beyond these (ms) are typing errors, and calendars cannot reckon with them. */
const EARLIEST_MS = Date.UTC(1, 0, 1);
const LATEST_MS = Date.UTC(9_000, 0, 1);

const dateFields = ["offset", "past"] as const;
const clockFields = ["days", "zone"] as const;
const kinds = ["time", "attribute", "trigger"] as const;

const untilSchema = z.lazy(() =>
  z
    .strictObject({
      time: timeOfDaySchema.optional(),
      days: daysSchema.optional(),
      zone: zoneSchema.optional(),
      attribute: pathSchema.optional(),
      trigger: eventPathSchema.optional(),
      offset: z
        .string()
        .refine((text) => parseDuration(text) !== undefined, {
          error: 'an offset is an ISO 8601 duration, for instance "-P3D", at most ten years',
        })
        .optional(),
      past: z.enum(["continue", "skip-next", "exit"]).optional(),
    })
    .superRefine((until, context) => {
      const named = kinds.filter((kind) => until[kind] !== undefined);
      if (named.length !== 1) context.addIssue({ code: "custom", message: "one of `time`, `attribute` and `trigger` says until when" });
      for (const field of until.time === undefined ? clockFields : dateFields)
        if (until[field] !== undefined)
          context.addIssue({ code: "custom", path: [field], message: `${field} does not go with ${named[0] ?? "nothing"}` });
    }),
);
type Until = z.output<typeof untilSchema>;
type DateUntil = { readonly offset?: string | undefined; readonly past?: Until["past"] } & (
  | { readonly attribute: string; readonly trigger?: undefined }
  | { readonly trigger: string; readonly attribute?: undefined }
);

const schema = z.lazy(() =>
  z
    .strictObject({
      type: z.literal("wait"),
      for: waitLengthSchema.optional(),
      until: untilSchema.optional(),
      next: stepKey.optional(),
      ...stepCommon,
    })
    .refine((step) => (step.for === undefined) !== (step.until === undefined), { error: "a wait needs either `for` or `until`" }),
);
type Step = z.output<typeof schema>;

const isClock = (until: Until | undefined): until is Until & { readonly time: string } => until?.time !== undefined;
const isDate = (until: Until | undefined): until is DateUntil => until !== undefined && until.time === undefined;

/**
 * Waits for a duration; until clocks next show a time, strictly after arrival; or until a date of the user or of the trigger.
 * Where that date is past, absent or unreadable, `past` says what follows, at once. A wait longer than five years is made
 * of several.
 */
export const wait: StepType<Step> = {
  type: "wait",
  schema,
  edges: (step) => (step.next === undefined ? [] : [{ path: ["next"], to: step.next }]),
  // A date that is past takes no time; after an `exit` at one nothing comes round again.
  takesTime: (step) => (step.for !== undefined ? takesMinute(step.for) : isDate(step.until) ? step.until.past === "exit" : true),
  enter: (step, scope) =>
    isDate(step.until) ? untilDate(step, step.until, scope) : { kind: "wait", due: plainDue(step, scope.now, scope) },
  resume: (step, cause, scope) => {
    if (!isDate(step.until)) return { kind: "go", to: step.next };
    if (cause.kind === "asked") return untilDate(step, step.until, scope);
    const date = dateOf(step.until, scope);
    return date === undefined || date <= scope.now ? { kind: "go", to: step.next } : stay(date, scope.now);
  },
  dueAt: (step, since, scope) => {
    if (!isDate(step.until)) return plainDue(step, since, scope);
    const date = dateOf(step.until, scope);
    return date === undefined ? since : Math.min(date, since + LONGEST_WAIT_MS);
  },
  dueDependsOn: (step) => (isDate(step.until) && step.until.attribute !== undefined ? [String(readPath(step.until.attribute)[0])] : []),
};

const plainDue = ({ for: length, until }: Step, since: number, scope: StepScope): number => {
  if (length !== undefined) return addLength(since, length, scope.zone);
  if (!isClock(until)) throw new Error("expected a wait for a duration or until a time");
  return nextLocalTime(since, until, until.zone === undefined || until.zone === "user" ? scope.zone() : until.zone);
};

const stay = (date: number, now: number): StepMove => ({ kind: "wait", due: Math.min(date, now + LONGEST_WAIT_MS) });

const untilDate = (step: Step, until: DateUntil, scope: StepScope): StepMove => {
  const date = dateOf(until, scope);
  if (date !== undefined && date > scope.now) return stay(date, scope.now);
  const value = valueOf(until, scope);
  const clause =
    value === undefined
      ? `${clauseOf(until)} is absent`
      : date === undefined
        ? `${clauseOf(until)} is not a date`
        : `${clauseOf(until)} is past`;
  const because = { clause, ...(value !== undefined && { value: shortened(value) }) };
  if (until.past === "exit") return { kind: "end", reason: "date-past", because };
  if (until.past !== "skip-next") return { kind: "go", to: step.next, path: "past", because };
  return { kind: "go", to: afterNext(step, scope), path: "past", because };
};

/** Where the next step leads by its own `next`. */
const afterNext = ({ next }: Step, { run, catalog }: StepScope): string | undefined => {
  const steps = definitionOf(catalog, run)?.definition.steps ?? {};
  const skipped = next !== undefined && Object.hasOwn(steps, next) ? steps[next] : undefined;
  return skipped !== undefined && "next" in skipped ? skipped.next : undefined;
};

const valueOf = (until: DateUntil, { run, state }: StepScope): Json | undefined => {
  if (until.attribute !== undefined) {
    const path = readPath(until.attribute);
    const top = String(path[0]);
    const { attributes } = state.profile;
    return Object.hasOwn(attributes, top) ? firstAt(attributes[top]?.value, path, 1) : undefined;
  }
  // An event is plain JSON with typed fields.
  const trigger = (run.trigger ?? { properties: run.properties ?? {} }) as unknown as Json;
  return firstAt(trigger, readPath(until.trigger));
};

/** The date with its offset, ms; undefined where there is none that can be read. */
const dateOf = (until: DateUntil, scope: StepScope): number | undefined => {
  const value = valueOf(until, scope);
  const date = value === undefined ? undefined : asInstant(value);
  if (date === undefined || !(date >= EARLIEST_MS && date <= LATEST_MS)) return undefined;
  return until.offset === undefined ? date : addLength(date, until.offset, scope.zone);
};

const clauseOf = (until: DateUntil): string => {
  const path = until.attribute !== undefined ? `attribute ${until.attribute}` : `trigger ${until.trigger}`;
  return until.offset === undefined ? path : `${path} ${until.offset}`;
};

const LONGEST_VALUE = 200;
const shortened = (value: Json): Json =>
  typeof value === "object"
    ? JSON.stringify(value).slice(0, LONGEST_VALUE).toWellFormed()
    : typeof value === "string"
      ? value.slice(0, LONGEST_VALUE).toWellFormed()
      : value;
