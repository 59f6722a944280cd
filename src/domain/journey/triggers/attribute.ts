import * as z from "zod";
import { type CompiledFilter, compileFilter } from "../../filter/compile-filter.ts";
import { type Filter, filterObjects } from "../../filter/filter-schema.ts";
import type { Moment } from "../../filter/operators.ts";
import { firstAt, pathSchema, readPath, someAt } from "../../filter/path.ts";
import { stableText } from "../../hash.ts";
import type { Json } from "../../json.ts";
import { triggerCommon } from "../trigger-fields.ts";
import type { TriggerType } from "../trigger.ts";

/** A filter without its path, or the value itself: `"pro"` says the same as `{"operator": "equals", "value": "pro"}`. */
const wanted = z.lazy(() => {
  const [equality, lists, texts, presence, numbers, bounds, dates, periods, anniversary] = filterObjects({});
  return z.union(
    [
      z.union([z.string().min(1).max(10_000), z.number(), z.boolean()]),
      z.discriminatedUnion("operator", [
        equality.omit({ path: true }),
        lists.omit({ path: true }),
        texts.omit({ path: true }),
        presence.omit({ path: true }),
        numbers.omit({ path: true }),
        bounds.omit({ path: true }),
        dates.omit({ path: true }),
        periods.omit({ path: true }),
        anniversary.omit({ path: true }),
      ]),
    ],
    { error: 'text, a number, true or false, or a filter without its path: {"operator": "at-least", "value": 5}' },
  );
});

const schema = z.lazy(() =>
  z
    .strictObject({
      type: z.literal("attribute"),
      path: pathSchema.optional(),
      /** The same, as `date` triggers and waits call it. */
      attribute: pathSchema.optional(),
      from: wanted.optional(),
      to: wanted.optional(),
      ...triggerCommon,
    })
    .refine((trigger) => (trigger.path === undefined) !== (trigger.attribute === undefined), {
      path: ["path"],
      error: "say which attribute: `path` (or `attribute`, which means the same)",
    }),
);

type Holds = (under: Json | undefined, moment: Moment) => boolean;

/**
 * Fires each time what stands at the path is another than before, if the old value is what `from` asks for and the new one
 * what `to` does. To fire only on crossing a bound, say both.
 */
export const attribute: TriggerType<z.output<typeof schema>> = {
  type: "attribute",
  schema,
  compile: (trigger) => {
    const said = trigger.path ?? trigger.attribute ?? ""; // one of them, by the schema
    const path = readPath(said);
    const from = compileWanted(said, trigger.from);
    const to = compileWanted(said, trigger.to);
    const all = (under: Json | undefined): string => {
      const found: Json[] = [];
      someAt(under, path, 1, (value) => {
        found.push(value);
        return false;
      });
      return stableText(found);
    };
    return {
      kind: "attribute",
      attribute: String(path[0]),
      matches: (before, after, moment) => all(before) !== all(after) && from(before, moment) && to(after, moment),
      read: (under) => firstAt(under, path, 1),
    };
  },
  onePerUser: false,
};

const compileWanted = (path: string, said: z.output<typeof wanted> | undefined): Holds => {
  if (said === undefined) return () => true;
  const filter: Filter = typeof said === "object" ? { ...said, path } : { path, operator: "equals", value: said };
  const compiled: CompiledFilter = compileFilter(filter);
  return (under, moment) => compiled.holds(under, moment);
};
