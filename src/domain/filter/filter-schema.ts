import * as z from "zod";
import { windowDurationSchema } from "../schedule/duration.ts";
import { pathSchema } from "./path.ts";
import { asInstant, asNumber } from "./value.ts";

const MAX_VALUES = 1_000;
const path = pathSchema;
const ignoreCase = z.lazy(() => z.boolean().optional());
const plain = z.lazy(() =>
  z.union([z.string().max(10_000), z.number(), z.boolean()], { error: "The value must be text, a number, true or false" }),
);
const plainList = z.lazy(() => z.array(plain).min(1).max(MAX_VALUES));
const text = z.lazy(() =>
  z.union([z.string().min(1).max(10_000), z.number()], { error: "The value must be text of at least one character, or a number" }),
);
const numeric = z.lazy(() =>
  z.union([z.number(), z.string()]).refine((value) => asNumber(value) !== undefined, "The value must be a number"),
);
const date = z.lazy(() =>
  z
    .union([z.number(), z.string()])
    .refine((value) => asInstant(value) !== undefined, "The value must be a date: ISO 8601 text, Unix seconds or milliseconds"),
);

const bounds = z.lazy(() =>
  z.tuple([z.union([z.number(), z.string()]), z.union([z.number(), z.string()])]).superRefine((pair, context) => {
    const read = pair.every((bound) => asNumber(bound) !== undefined) ? asNumber : asInstant;
    const [low, high] = pair.map(read);
    if (low === undefined || high === undefined)
      context.addIssue({ code: "custom", message: "The value must be two numbers or two dates" });
    else if (low > high) context.addIssue({ code: "custom", message: "The first bound must not be greater than the second" });
  }),
);

/**
 * Filters by groups of operators whose value has the same form, as shapes, so that the attribute condition can add its
 * own fields to each and stay strict. `extra` is what the surrounding object adds.
 */
export const filterObjects = <Extra extends z.core.$ZodLooseShape>(extra: Extra) =>
  [
    z.strictObject({ ...extra, path, operator: z.enum(["equals", "not-equals", "includes"]), value: plain, ignoreCase }),
    z.strictObject({
      ...extra,
      path,
      operator: z.enum(["one-of", "none-of", "includes-any", "includes-all"]),
      value: plainList,
      ignoreCase,
    }),
    z.strictObject({ ...extra, path, operator: z.enum(["contains", "not-contains", "starts-with", "ends-with"]), value: text, ignoreCase }),
    z.strictObject({ ...extra, path, operator: z.enum(["exists", "not-exists"]) }),
    z.strictObject({ ...extra, path, operator: z.enum(["greater-than", "at-least", "less-than", "at-most"]), value: numeric }),
    z.strictObject({ ...extra, path, operator: z.literal("between"), value: bounds }),
    z.strictObject({ ...extra, path, operator: z.enum(["before", "after"]), value: date }),
    z.strictObject({ ...extra, path, operator: z.enum(["within-last", "not-within-last", "within-next"]), value: windowDurationSchema }),
    z.strictObject({ ...extra, path, operator: z.literal("anniversary") }),
  ] as const;

/** A filter on attributes or event properties. Source: docs/language.md, Filters. */
export const filterSchema = z.lazy(() => z.discriminatedUnion("operator", filterObjects({})));

export type Filter = z.infer<typeof filterSchema>;

/** Where the paths of event filters may start; anything else would be silently absent for ever. */
const eventRoots: readonly string[] = [
  "type",
  "event",
  "name",
  "category",
  "properties",
  "traits",
  "context",
  "userId",
  "anonymousId",
  "groupId",
  "previousId",
  "id",
];

/** A path on an event, which starts at the event: `properties.price`. */
export const eventPathSchema = z.lazy(() =>
  pathSchema.refine(
    (text) => eventRoots.includes(/^[\p{L}\p{N}_-]+/u.exec(text)?.[0] ?? ""),
    `A path on an event starts at the event: ${eventRoots.slice(4, 7).join(", ")} or one of its other fields, for instance properties.price`,
  ),
);

/** A filter on an event. */
export const eventFilterSchema = z.lazy(() =>
  filterSchema.superRefine((filter, context) => {
    const checked = eventPathSchema.safeParse(filter.path);
    for (const issue of checked.error?.issues ?? []) context.addIssue({ code: "custom", path: ["path"], message: issue.message });
  }),
);

/** `where` of triggers and event conditions: all must hold on the same event. */
export const whereSchema = z.lazy(() => z.array(eventFilterSchema).max(50));
