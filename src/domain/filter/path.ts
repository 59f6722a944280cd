import * as z from "zod";
import type { Json } from "../json.ts";

/** One part of a path: a field's name, a list's index, or null for every element of a list. */
export type PathPart = string | number | null;
export type Path = readonly PathPart[];

const MAX_LENGTH = 500;
const partPattern = /(?:(?:^|(?!^)\.)([\p{L}\p{N}_-]+)|\[(\d{1,6})\]|\[(\*)\]|\[("(?:[^"\\]|\\["\\])+")\])/uy;

/** Reads `address.city`, `items[0].sku`, `tags[*]`, `["first name"].de`; undefined for any other text. */
export const parsePath = (text: string): Path | undefined => {
  if (text.length === 0 || text.length > MAX_LENGTH) return undefined;
  const path: PathPart[] = [];
  partPattern.lastIndex = 0;
  for (let at = 0; at < text.length; at = partPattern.lastIndex) {
    const match = partPattern.exec(text);
    if (match === null) return undefined;
    const [, name, index, every, quoted] = match;
    const part = name ?? (index !== undefined ? Number(index) : every !== undefined ? null : unquote(quoted ?? ""));
    path.push(part);
  }
  return typeof path[0] === "string" ? path : undefined;
};

const unquote = (quoted: string): string => quoted.slice(1, -1).replace(/\\(["\\])/g, "$1");

/** The path of a text that `pathSchema` let through. */
export const readPath = (text: string): Path => {
  const path = parsePath(text);
  if (path === undefined) throw new Error(`expected a path, got "${text}"`);
  return path;
};

/** A path in a definition. */
export const pathSchema = z.lazy(() =>
  z
    .string()
    .refine(
      (text) => parsePath(text) !== undefined,
      'A path is dotted, for instance address.city, items[0].sku, tags[*] or ["first name"]',
    ),
);

/** null, a missing path and "" are absent. */
export const isPresent = (value: Json | undefined): value is Json => value !== undefined && value !== null && value !== "";

/**
 * Whether any present value at the path (from part `from` on) passes the test. A path through a list means any element;
 * a list at the path's end is one value. Only own fields are seen.
 */
export const someAt = (root: Json | undefined, path: Path, from: number, test: (value: Json) => boolean): boolean => {
  let value = root;
  for (let i = from; i < path.length; i++) {
    if (value === undefined || value === null || typeof value !== "object") return false;
    const part = path[i];
    if (isList(value)) {
      if (typeof part === "number") value = value[part];
      else return someElement(value, path, part === null ? i + 1 : i, test);
    } else if (typeof part === "string" && Object.hasOwn(value, part)) value = value[part];
    else return false;
  }
  return isPresent(value) && test(value);
};

const someElement = (list: readonly Json[], path: Path, from: number, test: (value: Json) => boolean): boolean => {
  for (const element of list) if (someAt(element, path, from, test)) return true;
  return false;
};

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

/** The first present value at the path. */
export const firstAt = (root: Json | undefined, path: Path, from = 0): Json | undefined => {
  let first: Json | undefined;
  someAt(root, path, from, (value) => {
    first = value;
    return true;
  });
  return first;
};
