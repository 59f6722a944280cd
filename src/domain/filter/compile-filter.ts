import type { UserEvent } from "../event/event.ts";
import type { Json } from "../json.ts";
import type { Filter } from "./filter-schema.ts";
import { type Moment, testOf, type Wanted } from "./operators.ts";
import { firstAt, type Path, readPath, someAt } from "./path.ts";

/** A filter ready to be asked. */
export interface CompiledFilter {
  /** The path's first field. */
  readonly top: string;
  /** Asks of the value under `top`. */
  readonly holds: (under: Json | undefined, moment: Moment) => boolean;
  /** Only filters whose truth depends on time: the first instant > now at which it may change. */
  readonly nextChange?: (under: Json | undefined, moment: Moment) => number | undefined;
  /** The value that decided, for people. */
  readonly value: (under: Json | undefined) => Json | undefined;
  /** The filter in words: `plan equals "pro"`. */
  readonly clause: string;
  readonly ignoreCase: boolean;
  /** The operator is a negative one: the filter holds where its positive one does not. */
  readonly negated: boolean;
}

/** Compiles a filter that passed `filterSchema`. */
export const compileFilter = (filter: Filter): CompiledFilter => {
  const path = readPath(filter.path);
  const top = String(path[0]);
  const wanted: Wanted = "value" in filter ? filter.value : undefined;
  const ignoreCase = "ignoreCase" in filter && filter.ignoreCase === true;
  const { test, negated } = testOf(filter.operator, wanted, ignoreCase);
  const holds = test.holds;
  const nextChange = test.nextChange;
  return {
    top,
    holds: (under, moment) => someAt(under, path, 1, (value) => holds(value, moment)) !== negated,
    ...(nextChange && {
      nextChange: (under: Json | undefined, moment: Moment) => earliestChange(under, path, (value) => nextChange(value, moment)),
    }),
    value: (under) => shortened(firstAt(under, path, 1)),
    clause: cut(wanted === undefined ? `${filter.path} ${filter.operator}` : `${filter.path} ${filter.operator} ${JSON.stringify(wanted)}`),
    ignoreCase,
    negated,
  };
};

/** Reasons are kept with every fact, and a value may be 32 KB long: people need its beginning. */
const LONGEST_REASON = 200;
const cut = (text: string): string => (text.length <= LONGEST_REASON ? text : `${text.slice(0, LONGEST_REASON).toWellFormed()}…`);

const shortened = (value: Json | undefined): Json | undefined => {
  if (typeof value === "string") return cut(value);
  if (typeof value !== "object" || value === null) return value;
  const text = JSON.stringify(value);
  return text.length <= LONGEST_REASON ? value : cut(text);
};

/** A path through a list has many values: any of them may change the truth. */
const earliestChange = (under: Json | undefined, path: Path, change: (value: Json) => number | undefined): number | undefined => {
  let earliest: number | undefined;
  someAt(under, path, 1, (value) => {
    const next = change(value);
    if (next !== undefined && (earliest === undefined || next < earliest)) earliest = next;
    return false;
  });
  return earliest;
};

/**
 * Compiles the filters of an event: all must hold on it. Operators that depend on time are asked at the event's own time
 * (in UTC), so that whether an event matches never changes: "a due date within the next 3 days" means when it happened.
 */
export const compileWhere = (where: readonly Filter[] | undefined): ((event: UserEvent) => boolean) => {
  if (where === undefined || where.length === 0) return () => true;
  const filters = where.map(compileFilter);
  return (event) => {
    const moment: Moment = { now: event.time, zone: "UTC" };
    for (const filter of filters) if (!filter.holds(fieldOf(event, filter.top), moment)) return false;
    return true;
  };
};

/** The value of an event's own field: where paths on events begin. */
export const fieldOf = (event: UserEvent, field: string): Json | undefined =>
  Object.hasOwn(event, field) ? (event as unknown as Readonly<Record<string, Json>>)[field] : undefined; // an event is plain JSON

/** A key is kept with every run, counter and match: longer values are no key. */
const LONGEST_KEY = 200;

/** The value at a path of an event as a key's text; null when it has none there (objects, lists and very long texts are none). */
export const compileKey = (text: string): ((event: UserEvent) => string | null) => {
  const path = readPath(text);
  const top = String(path[0]);
  return (event) => {
    let key: string | null = null;
    someAt(fieldOf(event, top), path, 1, (value) => {
      if (typeof value === "object") return false;
      const text = String(value);
      if (text.length <= LONGEST_KEY) key = text;
      return true;
    });
    return key;
  };
};
