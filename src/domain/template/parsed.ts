import type { Liquid, Template } from "liquidjs";

/** Parsed pieces by the content object they stand in: they live as long as the catalog that holds the definition. */
const cache = new WeakMap<object, Map<string, Template[]>>();

/** The parsed form of the source that stands at `path` of `owner`; `path` says the engine too where one place has several. */
export const parsedOf = (engine: Liquid, owner: object, path: string, source: string): Template[] => {
  let pieces = cache.get(owner);
  if (!pieces) cache.set(owner, (pieces = new Map<string, Template[]>()));
  let templates = pieces.get(path);
  if (!templates) pieces.set(path, (templates = engine.parse(source)));
  return templates;
};
