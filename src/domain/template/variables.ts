import * as z from "zod";
import type { InputProblem } from "../fault.ts";
import type { Json, JsonObject } from "../json.ts";

const types = ["string", "number", "boolean", "date", "array", "object"] as const;
type Type = (typeof types)[number];

export interface Variable {
  readonly type: Type;
  readonly required?: boolean | undefined;
  readonly default?: Json | undefined;
  readonly description?: string | undefined;
}

/** What a template expects to be given in `data`, by name. */
export type Variables = Readonly<Record<string, Variable>>;

const is: Readonly<Record<Type, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  date: (value) =>
    typeof value === "string" &&
    /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/.test(value) &&
    !Number.isNaN(Date.parse(value)) &&
    isDay(value),
  array: Array.isArray,
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

/** Date.parse takes 30 February for 2 March. */
const isDay = (date: string): boolean => {
  const day = new Date(`${date.slice(0, 10)}T00:00:00Z`);
  return day.toISOString().startsWith(date.slice(0, 10));
};

const said: Readonly<Record<Type, string>> = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  date: "an ISO 8601 date, with or without a time",
  array: "a list",
  object: "an object",
};

const makeSchema = () => {
  const variable = z
    .strictObject({
      type: z.enum(types),
      required: z.boolean().optional(),
      default: z.json().optional(),
      description: z.string().max(500).optional(),
    })
    .superRefine((given, context) => {
      if (given.default !== undefined && !is[given.type](given.default))
        context.addIssue({ code: "custom", path: ["default"], message: `has to be ${said[given.type]}, as the variable's type says` });
      if (given.default !== undefined && given.required === true)
        context.addIssue({ code: "custom", path: ["required"], message: "a variable with a default is never missing" });
    });

  const name = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, "a variable's name has letters, digits and _, and begins with no digit");

  const variables = z.record(name, variable).refine((variables) => Object.keys(variables).length <= 200, "at most 200 variables");
  return variables;
};

let made: ReturnType<typeof makeSchema> | undefined;

/** Made on first use, as the shapes of blocks are. */
export const variablesSchema: z.ZodType<Variables> = z.lazy(() => (made ??= makeSchema()));

/** What is wrong with the data for a template that declares what it expects; `path` begins with "data". Undeclared fields pass. */
export const checkData = (variables: Variables | undefined, data: JsonObject | undefined): readonly InputProblem[] =>
  Object.entries(variables ?? {}).flatMap(([key, { type, required }]) => {
    const value = data !== undefined && Object.hasOwn(data, key) ? data[key] : undefined;
    if (value === undefined || value === null)
      return required === true ? [{ path: `data.${key}`, message: `is required: ${said[type]}` }] : [];
    return is[type](value) ? [] : [{ path: `data.${key}`, message: `has to be ${said[type]}` }];
  });

/** The data with defaults for what it lacks. */
export const withDefaults = (variables: Variables | undefined, data: JsonObject | undefined): JsonObject | undefined => {
  if (variables === undefined) return data;
  const defaults = Object.entries(variables).flatMap(([key, { default: value }]) => (value === undefined ? [] : [[key, value] as const]));
  const given = Object.entries(data ?? {}).filter(([, value]) => value !== null);
  return Object.fromEntries([...defaults, ...given]);
};
