import type { MessageContent, RenderScope } from "../message/message.ts";
import { buildContent } from "./build.ts";
import { Budget } from "./budget.ts";
import { MadeHtml } from "./escaping.ts";
import { renderSource, Unprintable } from "./liquid.ts";
import { chooseLocale, contentOf, isPiece, pieceOf, type Pieces } from "./pieces.ts";
import type { PrintSettings } from "./print-context.ts";
import type { TemplateDefinition } from "./template.ts";
import type { Written } from "./unprintable.ts";
import { withDefaults } from "./variables.ts";
import { writtenPlace } from "./written-place.ts";

export { chooseLocale } from "./pieces.ts";

export type Rendering = { readonly ok: true; readonly content: MessageContent } | { readonly ok: false; readonly reason: string };

/** When a message is rendered (ms), and where its partials and layouts are found by key; left out, there are none. */
export interface RenderMoment {
  readonly now: number;
  readonly pieces?: Pieces;
}

/**
 * Renders a template for one user. The same template, locale, scope, instant and pieces give the same bytes. What cannot
 * be rendered (a missing variable, a limit) is a value: the reason names the variable and the place, for people.
 */
export function renderTemplate(
  template: TemplateDefinition,
  locale: string | undefined,
  scope: RenderScope,
  { now, pieces = new Map() }: RenderMoment,
): Rendering {
  if (isPiece(template)) return { ok: false, reason: `"${template.key}" is a ${template.kind}: it is sent as part of other templates` };
  const chosen = chooseLocale(template, locale);
  const owner = template.locales[chosen];
  if (owner === undefined) return { ok: false, reason: `the template has no content for ${chosen}` };
  const data = withDefaults(template.variables, scope.data);
  const styles = new Set<string>();
  const settings: PrintSettings = {
    scope: data === scope.data || data === undefined ? scope : { ...scope, data },
    now,
    locale: chosen,
    lenient: template.lenient === true,
    budget: new Budget(),
    pieces,
    styles,
  };
  try {
    const content = buildContent(
      template,
      chosen,
      (path, source, mode) => renderSource({ owner, path, source, mode, written: writtenOf(owner, path) }, settings),
      (layout, part, inner) => inLayout(layout, part, inner, settings),
    );
    if (content.channel !== "email") return { ok: true, content };
    const head = template.compiled?.[chosen]?.head;
    if (head !== undefined && head !== "") styles.add(head);
    return { ok: true, content: styles.size === 0 ? content : { ...content, html: withStyles(content.html, [...styles].join("\n")) } };
  } catch (problem) {
    if (problem instanceof Unprintable) return { ok: false, reason: problem.message };
    throw problem;
  }
}

/** Of what was compiled, where it was written. */
const writtenOf = (owner: object, path: string): Written | undefined =>
  path === "mjml" || path === "blocks" ? (piece) => writtenPlace(owner, piece) : undefined;

/** The layout with a body as what its `{{ content }}` prints. Text of a layout that has no text of its own stays as it is. */
const inLayout = (key: string, part: "html" | "text", inner: string, settings: PrintSettings): string => {
  const { owner, locale, html, text, written } = contentOf(pieceOf(settings.pieces, "layout", key), settings.locale);
  if (part === "text" && text === undefined) return inner;
  const source = {
    owner,
    path: `layout "${key}"${part === "text" ? ", text" : ""}`,
    source: part === "html" ? html : (text ?? ""),
    mode: part,
    written: part === "html" ? written : undefined,
  };
  const made = renderSource(source, settings, { content: part === "html" ? new MadeHtml(inner) : inner });
  return part === "html" && written !== undefined && locale !== settings.locale ? inLanguage(made, locale, settings.locale) : made;
};

/** The language of a mail is that of its body, not of a layout that has it not. */
const inLanguage = (html: string, layouts: string, bodys: string): string =>
  html
    .replace(`<html lang="${layouts}"`, `<html lang="${bodys}"`)
    .replace(`role="article" lang="${layouts}"`, `role="article" lang="${bodys}"`);

/** At the end of the head, or before everything where there is none. */
const withStyles = (html: string, styles: string): string => {
  const at = html.search(/<\/head\s*>/i);
  return at < 0 ? styles + html : html.slice(0, at) + styles + html.slice(at);
};
