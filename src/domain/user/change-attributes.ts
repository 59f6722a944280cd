import type { EventOrder } from "../event/event.ts";
import { firstAt, isPresent, type Path, parsePath } from "../filter/path.ts";
import { asNumber } from "../filter/value.ts";
import type { Json, JsonObject } from "../json.ts";
import { recordWrite } from "../segment/tallies.ts";
import { takeAttributes } from "./apply-event.ts";
import { mergeAttributes } from "./attributes.ts";
import type { Draft } from "./draft.ts";
import { refuse } from "./refuse.ts";
import type { AttributeEntry, Profile } from "./state.ts";

/** What a step or a call changes, by dotted path: `set` first, then `increment`, then `unset`. */
export interface AttributeChanges {
  readonly set?: JsonObject | undefined;
  readonly increment?: Readonly<Record<string, number>> | undefined;
  readonly unset?: readonly string[] | undefined;
}

/**
 * Carries the changes out as one write now; true when a value is another afterwards. `run` is told where a step did it.
 * What cannot be added to (text that is no number) stays as it is and is told in the timeline.
 */
export const changeAttributes = (draft: Draft, changes: AttributeChanges, run?: string): boolean => {
  const { attributes } = draft.state.profile;
  const values = new Map<string, Json | undefined>();
  const valueOf = (top: string): Json | undefined => (values.has(top) ? values.get(top) : own(attributes, top)?.value);
  const put = (path: string, value: Json | undefined): void => {
    const parsed = parsePath(path);
    const top = parsed?.[0];
    if (parsed === undefined || typeof top !== "string") return;
    values.set(top, withValue(valueOf(top), parsed.slice(1), value));
  };
  const notNumbers: string[] = [];
  for (const [path, value] of Object.entries(changes.set ?? {})) put(path, isPresent(value) ? value : undefined);
  for (const [path, by] of Object.entries(changes.increment ?? {})) {
    const parsed = parsePath(path);
    const sum = increased(parsed && firstAt(valueOf(String(parsed[0])), parsed, 1), by);
    if (sum === undefined) notNumbers.push(path);
    else put(path, sum);
  }
  for (const path of changes.unset ?? []) put(path, undefined);
  refuse(draft, "attributes", notNumbers, "it is not a number, so nothing can be added to it");
  const before = draft.changes.attributes.length;
  const entries = [...values].map(([name, value]) => {
    const entry: AttributeEntry = { ...(value !== undefined && { value }), order: orderAfter(own(attributes, name), draft.at) };
    return [name, entry] as const;
  });
  takeAttributes(draft, mergeAttributes(attributes, entries));
  for (const [name, entry] of entries) if (own(draft.state.profile.attributes, name) === entry) recordWrite(name, entry, draft.context);
  const changed = draft.changes.attributes.slice(before);
  for (const attribute of changed) {
    const value = own(draft.state.profile.attributes, attribute)?.value;
    draft.facts.push({
      kind: "attribute-set",
      at: draft.at,
      attribute,
      ...(value !== undefined && { value }),
      ...(run !== undefined && { run }),
    });
  }
  return changed.length > 0;
};

/** Decimal digits a double holds exactly: sums are rounded to them, so that 0.1 and 0.2 make 0.3. */
const DIGITS = 15;

/** Missing counts as 0 and numeric text as its number; undefined where there is no number, or the sum is none. */
const increased = (old: Json | undefined, by: number): number | undefined => {
  const from = old === undefined ? 0 : asNumber(old);
  const sum = from === undefined ? Number.NaN : Number((from + by).toPrecision(DIGITS));
  return Number.isFinite(sum) ? sum : undefined;
};

const own = (attributes: Profile["attributes"], name: string): AttributeEntry | undefined =>
  Object.hasOwn(attributes, name) ? attributes[name] : undefined;

/** A write of this instant comes after everything the attribute holds from up to now. */
const orderAfter = (before: AttributeEntry | undefined, at: number): EventOrder => {
  const order = before?.order;
  return order === undefined || order[0] < at ? [at, at, 0] : [order[0], order[1], order[2] + 1];
};

/**
 * The value with what is at the path replaced; objects on the way are made, anything else in the way gives way to what is
 * set, and stays where something is removed.
 */
const withValue = (under: Json | undefined, path: Path, value: Json | undefined): Json | undefined => {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  if (typeof part !== "string") return under;
  const object = typeof under === "object" && under !== null && !Array.isArray(under) ? (under as JsonObject) : undefined;
  const inner = withValue(object !== undefined && Object.hasOwn(object, part) ? object[part] : undefined, rest, value);
  if (object === undefined) return inner === undefined ? under : { [part]: inner };
  const { [part]: _old, ...others } = object;
  return inner === undefined ? others : { ...others, [part]: inner };
};
