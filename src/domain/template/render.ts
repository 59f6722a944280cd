import type { MessageContent, RenderScope } from "../message/message.ts";
import { buildContent } from "./build.ts";
import { Budget } from "./budget.ts";
import { renderSource, Unprintable } from "./liquid.ts";
import type { TemplateDefinition } from "./template.ts";

export type Rendering = { readonly ok: true; readonly content: MessageContent } | { readonly ok: false; readonly reason: string };

/**
 * Renders a template for one user. The same template, locale, scope and `now` (ms) give the same bytes. What cannot be
 * rendered (a missing variable, a limit) is a value: the reason names the variable and the place, for people.
 */
export function renderTemplate(template: TemplateDefinition, locale: string | undefined, scope: RenderScope, now: number): Rendering {
  const chosen = chooseLocale(template, locale);
  const owner = template.locales[chosen];
  if (owner === undefined) return { ok: false, reason: `the template has no content for ${chosen}` };
  const settings = { scope, now, locale: chosen, lenient: template.lenient === true, budget: new Budget() };
  try {
    return {
      ok: true,
      content: buildContent(template, chosen, (path, source, mode) => renderSource({ owner, path, source, mode }, settings)),
    };
  } catch (problem) {
    if (problem instanceof Unprintable) return { ok: false, reason: problem.message };
    throw problem;
  }
}

/** The user's locale if the template has it, else its language, else the default. */
export function chooseLocale(template: TemplateDefinition, wanted: string | undefined): string {
  if (wanted === undefined || wanted === "") return template.defaultLocale;
  const has = (tag: string): string | undefined => Object.keys(template.locales).find((key) => key.toLowerCase() === tag.toLowerCase());
  const tag = wanted.replaceAll("_", "-");
  return has(tag) ?? has(tag.split("-")[0] ?? tag) ?? template.defaultLocale;
}
