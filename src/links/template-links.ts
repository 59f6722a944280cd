import { chooseLocale, isPiece, type Pieces } from "../domain/template/pieces.ts";
import type { TemplateDefinition } from "../domain/template/template.ts";
import type { LinkSource } from "../domain/links/linking.ts";
import { hrefsOf } from "./track-html.ts";

/** Under this a link is counted that none of the template's own gave: made by Liquid from beginning to end, or brought along by data. */
export const OTHER_LINK = "other";
/** Links of one message that are told apart, and characters of each one's name. */
const MAX_LINKS = 200;
const MAX_NAME = 300;

/** A link as a template says it: its name, and the texts between what Liquid prints. */
interface Pattern {
  readonly name: string;
  readonly texts: readonly string[];
}

/** Finds under which of the template's links an address is counted. */
export type NameLink = (url: string) => string;

/**
 * Links are counted as the template writes them: "https://shop.example/p/{{ product.id }}" is one link, however many addresses
 * are made of it. So there are as many as somebody wrote, whoever gets the message.
 */
export const linkNames = ({ template, locale, pieces }: LinkSource): NameLink => {
  const patterns = definitionsOf(template, pieces).flatMap((one) => patternsOf(one, locale));
  const fixed = new Set(patterns.filter(({ texts }) => texts.length === 1).map(({ name }) => name));
  const open = patterns.filter(({ texts }) => texts.length > 1).toSorted((a, b) => weight(b) - weight(a));
  const known = new Set<string>();
  return (url) => {
    const name = fixed.has(url.slice(0, MAX_NAME))
      ? url.slice(0, MAX_NAME)
      : (open.find(({ texts }) => isMadeOf(texts, url))?.name ?? OTHER_LINK);
    if (!known.has(name) && known.size >= MAX_LINKS) return OTHER_LINK;
    known.add(name);
    return name;
  };
};

/** The template and all it is put together of. Circles are refused when they are saved. */
const definitionsOf = (template: TemplateDefinition, pieces: Pieces): readonly TemplateDefinition[] => {
  const all = new Set([template]);
  for (const { uses } of all)
    for (const key of [...(uses?.partials ?? []), ...(uses?.layouts ?? [])]) {
      const piece = pieces.get(key);
      if (piece !== undefined && isPiece(piece)) all.add(piece);
    }
  return [...all];
};

const kept = new WeakMap<TemplateDefinition, Map<string, readonly Pattern[]>>();

const patternsOf = (template: TemplateDefinition, wanted: string | undefined): readonly Pattern[] => {
  const locale = chooseLocale(template, wanted);
  const byLocale = kept.get(template) ?? new Map<string, readonly Pattern[]>();
  kept.set(template, byLocale);
  const known = byLocale.get(locale);
  if (known !== undefined) return known;
  const content = template.locales[locale];
  const html = (content !== undefined && "html" in content ? content.html : undefined) ?? template.compiled?.[locale]?.html ?? "";
  const found = patternsIn(html);
  byLocale.set(locale, found);
  return found;
};

/** Stand for what Liquid prints while its HTML is read, which quotes within Liquid would disturb: private characters around a number. */
const MARK = /\ue000(\d+)\ue001/;

const patternsIn = (html: string): readonly Pattern[] => {
  const printed: string[] = [];
  const marked = html.replace(/\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g, (liquid) => `\ue000${printed.push(liquid) - 1}\ue001`);
  const byName = new Map<string, Pattern>();
  for (const href of hrefsOf(marked)) {
    const parts = href.split(MARK);
    const texts = parts.filter((_part, index) => index % 2 === 0);
    const liquids = parts.filter((_part, index) => index % 2 === 1).map((at) => printed[Number(at)] ?? "");
    const name = texts
      .map((text, index) => `${text}${liquids[index] ?? ""}`)
      .join("")
      .slice(0, MAX_NAME);
    if (!/^https?:\/\//i.test(name) && !name.startsWith("{")) continue;
    // Our own links are not followed. Tags choose between texts: only what stands around them is sure.
    if (/^\{\{-?\s*(?:unsubscribe|preferences|view_in_browser|confirm)_url\b/.test(name)) continue;
    const isChoice = liquids.some((liquid) => liquid.startsWith("{%"));
    byName.set(name, { name, texts: isChoice ? [texts[0] ?? "", texts.at(-1) ?? ""] : texts });
  }
  return [...byName.values()];
};

const weight = ({ texts }: Pattern): number => texts.reduce((sum, text) => sum + text.length, 0);

/** Do the texts stand in the address in this order, the first at its beginning, the last at its end? Takes as long as the address is. */
const isMadeOf = (texts: readonly string[], url: string): boolean => {
  const [first = "", ...middle] = texts;
  const last = middle.pop() ?? "";
  const end = url.length - last.length;
  if (!url.startsWith(first) || first.length > end || !url.endsWith(last)) return false;
  let at = first.length;
  for (const text of middle) {
    const found = url.indexOf(text, at);
    if (found === -1 || found + text.length > end) return false;
    at = found + text.length;
  }
  return true;
};
