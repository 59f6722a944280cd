import type { JsonObject } from "../json.ts";
import type { UserEvent } from "./event.ts";
import { bitOf, typeOfValue } from "./value-types.ts";

/** What the registry of names tells apart. */
export const seenKinds = ["event", "page", "screen", "attribute", "group-attribute"] as const;
export type SeenKind = (typeof seenKinds)[number];

/** One sight of a name; `types`: bits of the kind of its value, 0 for names that have none. */
export interface Sight {
  readonly kind: SeenKind;
  readonly name: string;
  readonly types: number;
}

/** Longer names are seen by their beginning: nobody reads more in a list. */
const longestName = 200;

/** The names a call brings: the event's, a page's, and those of its traits. */
export const sightsOf = ({ type, event, name, traits }: UserEvent): readonly Sight[] => {
  switch (type) {
    case "track":
      return [sight("event", event ?? "")];
    case "page":
    case "screen":
      return name === undefined ? [] : [sight(type, name)];
    case "identify":
      return traitsOf("attribute", traits);
    case "group":
      return traitsOf("group-attribute", traits);
    case "alias":
      return [];
  }
};

const sight = (kind: SeenKind, name: string, types = 0): Sight => ({ kind, name: name.slice(0, longestName), types });

const traitsOf = (kind: SeenKind, traits: JsonObject = {}): readonly Sight[] =>
  Object.entries(traits).flatMap(([name, value]) => {
    const type = typeOfValue(value);
    return type === undefined ? [] : [sight(kind, name, bitOf(type))];
  });
