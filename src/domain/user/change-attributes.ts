import type { EventOrder } from "../event/event.ts";
import { type Path, parsePath } from "../filter/path.ts";
import type { Json, JsonObject } from "../json.ts";
import { takeAttributes } from "./apply-event.ts";
import { mergeAttributes } from "./attributes.ts";
import type { Draft } from "./draft.ts";
import type { AttributeEntry, Profile } from "./state.ts";

/** What a step or a call changes, by dotted path: `set` first, then `increment`, then `unset`. */
export interface AttributeChanges {
  readonly set?: JsonObject | undefined;
  readonly increment?: Readonly<Record<string, number>> | undefined;
  readonly unset?: readonly string[] | undefined;
}

/** Carries the changes out as one write now; true when a value is another afterwards. `run` is told where a step did it. */
export const changeAttributes = (draft: Draft, changes: AttributeChanges, run?: string): boolean => {
  const { attributes } = draft.state.profile;
  const values = new Map<string, Json | undefined>();
  const change = (path: string, make: (old: Json | undefined) => Json | undefined): void => {
    const parsed = parsePath(path);
    const top = parsed?.[0];
    if (parsed === undefined || typeof top !== "string") return;
    const under = values.has(top) ? values.get(top) : own(attributes, top)?.value;
    values.set(top, withValue(under, parsed.slice(1), make));
  };
  for (const [path, value] of Object.entries(changes.set ?? {})) change(path, () => (value === "" ? undefined : (value ?? undefined)));
  for (const [path, by] of Object.entries(changes.increment ?? {})) change(path, (old) => (typeof old === "number" ? old : 0) + by);
  for (const path of changes.unset ?? []) change(path, () => undefined);
  const before = draft.changes.attributes.length;
  const entries = [...values].map(([name, value]) => {
    const entry: AttributeEntry = { ...(value !== undefined && { value }), order: orderAfter(own(attributes, name), draft.at) };
    return [name, entry] as const;
  });
  takeAttributes(draft, mergeAttributes(attributes, entries));
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

const own = (attributes: Profile["attributes"], name: string): AttributeEntry | undefined =>
  Object.hasOwn(attributes, name) ? attributes[name] : undefined;

/** A write of this instant comes after everything the attribute holds from up to now. */
const orderAfter = (before: AttributeEntry | undefined, at: number): EventOrder => {
  const order = before?.order;
  return order === undefined || order[0] < at ? [at, at, 0] : [order[0], order[1], order[2] + 1];
};

/** The value with what is at the path replaced; objects on the way are made, anything else in the way gives way. */
const withValue = (under: Json | undefined, path: Path, make: (old: Json | undefined) => Json | undefined): Json | undefined => {
  const [part, ...rest] = path;
  if (part === undefined) return make(under);
  if (typeof part !== "string") return under;
  const object = typeof under === "object" && under !== null && !Array.isArray(under) ? (under as JsonObject) : {};
  const value = withValue(Object.hasOwn(object, part) ? object[part] : undefined, rest, make);
  const { [part]: _old, ...others } = object;
  return value === undefined ? others : { ...others, [part]: value };
};
