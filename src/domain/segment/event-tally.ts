import * as z from "zod";
import { Fault } from "../fault.ts";
import { compileKey, compileWhere } from "../filter/compile-filter.ts";
import { eventPathSchema, type Filter, whereSchema } from "../filter/filter-schema.ts";
import { hashText, stableText } from "../hash.ts";
import type { CompileContext, Since, Tally } from "./condition.ts";

/** Name of a track call, page or screen: exact, or a prefix with a trailing "*". */
export const eventNameSchema = z.lazy(() => z.string().min(1).max(200));

/** Which events a condition is about, as every condition about events says it. */
export const eventFields = {
  where: z.lazy(() => whereSchema.optional()),
  since: z.lazy(() => z.enum(["ever", "entry", "step"]).optional()),
  key: z.lazy(() => eventPathSchema.optional()),
};

export interface EventFields {
  readonly where?: readonly Filter[] | undefined;
  readonly since?: Since | undefined;
  readonly key?: string | undefined;
}

/** Where a keyed journey finds its key on the events asked for; undefined = the condition is not keyed. Throws Fault for what only journeys may say. */
export const keyPathOf = ({ since, key }: EventFields, context: CompileContext): string | undefined => {
  const refuse = (field: string, message: string): never => {
    throw new Fault("bad-definition", message, [{ path: `${context.path}.${field}`, message }]);
  };
  if (since !== undefined && !context.inJourney) refuse("since", '"since" has a meaning only inside a journey');
  if (key !== undefined && context.keyPath === undefined)
    refuse("key", '"key" has a meaning only inside a journey whose trigger has a key');
  return context.keyPath === undefined ? undefined : (key ?? context.keyPath);
};

/** A tally of the events of one history name on which all filters hold. */
export const filteredTally = (name: string, where: readonly Filter[], keyPath: string | undefined): Tally => ({
  id: hashText(stableText({ name, where, keyPath })),
  name,
  matches: compileWhere(where),
  key: keyPath === undefined ? null : compileKey(keyPath),
});

/** The same, where one is needed: unfiltered exact names are answered by the history's own index, a tally would cost a row per event. */
export const neededTally = (name: string, fields: EventFields, context: CompileContext): Tally | undefined => {
  const keyPath = keyPathOf(fields, context);
  const { where = [] } = fields;
  return where.length === 0 && keyPath === undefined && !name.endsWith("*") ? undefined : filteredTally(name, where, keyPath);
};

/** `"Order Completed" (filtered)` */
export const eventClause = (event: string, where: readonly Filter[] = []): string =>
  `${JSON.stringify(event)}${where.length > 0 ? " (filtered)" : ""}`;
