import { Fault } from "../fault.ts";
import { isPiece, maxDepth } from "./pieces.ts";
import type { TemplateDefinition } from "./template.ts";

/**
 * Refuses templates that name partials or layouts that are not there, and partials that hold one another. By what was noted
 * when each was saved: nothing is parsed. @throws Fault bad-definition
 */
export const checkUses = (templates: ReadonlyMap<string, TemplateDefinition>): void => {
  const depths = new Map<string, number>();
  for (const { key, uses } of templates.values()) {
    if (uses === undefined) continue;
    for (const layout of uses.layouts) if (templates.get(layout)?.kind !== "layout") throw missing(key, "layout", layout);
    for (const partial of uses.partials) depthOf(partial, { user: key, templates, depths, path: [] });
  }
};

interface Walk {
  readonly user: string;
  readonly templates: ReadonlyMap<string, TemplateDefinition>;
  readonly depths: Map<string, number>;
  readonly path: readonly string[];
}

const depthOf = (key: string, { user, templates, depths, path }: Walk): number => {
  const known = depths.get(key);
  if (known !== undefined && path.length + known <= maxDepth) return known;
  const partial = templates.get(key);
  if (partial === undefined || !isPiece(partial) || partial.kind !== "partial") throw missing(user, "partial", key);
  const now = [...path, key];
  if (path.includes(key)) throw new Fault("bad-definition", `Partials hold one another: ${now.join(", ")}`);
  if (now.length > maxDepth) throw new Fault("bad-definition", `Partials are nested deeper than ${maxDepth}: ${now.join(", ")}`);
  const depth =
    1 + Math.max(0, ...(partial.uses?.partials ?? []).map((inner) => depthOf(inner, { user: key, templates, depths, path: now })));
  depths.set(key, depth);
  return depth;
};

const missing = (user: string, kind: string, key: string): Fault =>
  new Fault("bad-definition", `The template "${user}" uses the ${kind} "${key}", which is not there`);
