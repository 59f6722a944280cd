import { chooseLocale } from "./locales.ts";
import type { Pieces } from "./pieces.ts";
import type { TemplateDefinition } from "./template.ts";

/** Can whoever gets it refuse it, in every language that it comes in? Looks into what it is put together of. */
export const offersWayOut = (template: TemplateDefinition, pieces: Pieces): boolean => localesWithoutWayOut(template, pieces).length === 0;

/** The languages in which nothing of a mail leads out of it. */
export const localesWithoutWayOut = (template: TemplateDefinition, pieces: Pieces): readonly string[] => {
  const all = [template, ...piecesOf(template, pieces, new Set())];
  return Object.keys(template.locales).filter(
    (locale) =>
      !all.some((one) => {
        const chosen = chooseLocale(one, locale);
        return namesWayOut(one.locales[chosen]) || namesWayOut(one.compiled?.[chosen]);
      }),
  );
};

/** Our own links, a page or a header of one's own, or the footer block, which has the link in any case; the mere word leads nowhere. */
const namesWayOut = (content: unknown): boolean => {
  const text = JSON.stringify(content) ?? "";
  return /unsubscribe_url|preferences_url|"type":"footer"|"list-unsubscribe"|https?:[^\s<>"]{0,500}unsubscribe/i.test(text);
};

const piecesOf = ({ uses }: TemplateDefinition, pieces: Pieces, seen: Set<string>): readonly TemplateDefinition[] =>
  [...(uses?.partials ?? []), ...(uses?.layouts ?? [])].flatMap((key) => {
    const piece = pieces.get(key);
    if (piece === undefined || seen.has(key)) return [];
    seen.add(key);
    return [piece, ...piecesOf(piece, pieces, seen)];
  });
