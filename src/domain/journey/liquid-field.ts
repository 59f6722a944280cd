import * as z from "zod";
import { parsePath, type Path } from "../filter/path.ts";
import type { Json } from "../json.ts";
import { parseSource, Unprintable } from "../template/liquid.ts";
import { namedPartials } from "../template/partial-tag.ts";

/** What a step's JSON may hold: a marketer writes it, and each printed piece goes into a user's state or out to the net. */
const MAX_JSON_CHARACTERS = 16 * 1024;
const MAX_JSON_DEPTH = 10;

/** What is wrong with a piece of Liquid; undefined when it parses. */
const liquidProblem = (source: string): string | undefined => {
  if (!source.includes("{{") && !source.includes("{%")) return undefined;
  try {
    const partials = namedPartials(() => parseSource(source, "text", "Liquid"));
    return partials.size === 0 ? undefined : "partials stand in templates only";
  } catch (problem) {
    if (problem instanceof Unprintable) return problem.message;
    throw problem;
  }
};

/** A text field of a step that is printed as Liquid when a run comes to it; what does not parse is refused when it is saved. */
export const liquidField = (maximum: number): z.ZodType<string> =>
  z
    .string()
    .min(1)
    .max(maximum)
    .superRefine((source, context) => {
      const message = liquidProblem(source);
      if (message !== undefined) context.addIssue({ code: "custom", message });
    });

/** JSON whose texts are Liquid, at any depth; keys are taken as they stand. */
export const liquidJson: z.ZodType<Json> = z.lazy(() =>
  z.json().superRefine((value, context) => {
    if (JSON.stringify(value).length > MAX_JSON_CHARACTERS)
      return context.addIssue({ code: "custom", message: `at most ${MAX_JSON_CHARACTERS / 1024} KB` });
    const check = (inner: Json, path: readonly (string | number)[]): void => {
      if (path.length > MAX_JSON_DEPTH)
        return context.addIssue({ code: "custom", message: `at most ${MAX_JSON_DEPTH} levels deep`, path: [...path] });
      if (typeof inner === "string") {
        const message = liquidProblem(inner);
        if (message !== undefined) context.addIssue({ code: "custom", message, path: [...path] });
      } else if (typeof inner === "object" && inner !== null)
        for (const [key, field] of Object.entries(inner)) check(field, [...path, key]);
    };
    check(value, []);
  }),
);

/** `properties` of an event or an entry: an object of `liquidJson`. */
export const liquidProperties = z.lazy(() =>
  z
    .record(z.string().min(1).max(200), liquidJson)
    .refine((fields) => Object.keys(fields).length <= 100, { error: "at most 100 properties" }),
);

/** A path to something that can be set: names only, no places in lists. */
const isSettable = (path: Path | undefined): boolean =>
  path !== undefined && path.length <= MAX_JSON_DEPTH && path.every((part) => typeof part === "string" && part !== "__proto__");

/** Dotted path of an attribute that a step sets: `plan`, `address.city`, `["first name"]`. */
export const attributePath = z.lazy(() =>
  z
    .string()
    .refine((text) => isSettable(parsePath(text)), 'an attribute\'s path is names only, for instance address.city or ["first name"]'),
);
