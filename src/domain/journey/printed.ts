import type { Json, JsonObject } from "../json.ts";
import { Unprintable } from "../template/liquid.ts";
import type { StepScope } from "./step.ts";

/** What a step made of its Liquid, or why it could not. */
export type Printed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

/** Runs what prints; a missing variable, a limit, a value that does not fit is an answer and no error. */
export const printed = <T>(work: () => T): Printed<T> => {
  try {
    return { ok: true, value: work() };
  } catch (problem) {
    if (problem instanceof Unprintable) return { ok: false, reason: problem.message };
    throw problem;
  }
};

/** JSON with each text in it printed: one that is exactly one `{{ … }}` becomes a value of its own type. Throws Unprintable. */
export const printJson = (scope: StepScope, path: string, json: Json): Json => {
  if (typeof json === "string") return json.includes("{") ? scope.value(path, json) : json;
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map((element: Json, index) => printJson(scope, `${path}[${index}]`, element));
  return printFields(scope, path, json as JsonObject); // not a list
};

/** Printed properties of an event or entry may not be larger: they are kept in history and in the timeline. */
const MAX_CHARACTERS = 32 * 1024;

/** `printJson` of an object, bounded. Throws Unprintable. */
export const printFields = (scope: StepScope, path: string, fields: JsonObject): JsonObject => {
  const made = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, printJson(scope, path + partOf(name), field)]));
  if (JSON.stringify(made).length > MAX_CHARACTERS) throw new Unprintable(`${path}: it is larger than ${MAX_CHARACTERS / 1024} KB`);
  return made;
};

/** Parsed pieces are kept by their path: a name with a dot in it must not read as two. */
const partOf = (name: string): string => (/^[\w-]+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`);

/** A piece printed as one line of text that is not empty, for names, addresses and headers. Throws Unprintable. */
export const printLine = (scope: StepScope, path: string, source: string, maximum: number): string => {
  const line = scope
    .print(path, source)
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .trim();
  if (line === "") throw new Unprintable(`${path}: it is empty`);
  if (line.length > maximum) throw new Unprintable(`${path}: it is longer than ${maximum} characters`);
  return line;
};
