import { chooseLocale } from "./locales.ts";
import type { TemplateDefinition, TemplatePiece } from "./template.ts";
import { Unprintable, type Written } from "./unprintable.ts";
import { writtenPlace } from "./written-place.ts";

export { chooseLocale } from "./locales.ts";

/** The definitions that templates are put together of, by key: those of a catalog. */
export type Pieces = ReadonlyMap<string, TemplateDefinition>;

/** Partials within partials, at most: saving refuses circles, this is for what was saved before the circle closed. */
export const maxDepth = 5;

/** The partial or layout of a key. Throws Unprintable when there is none. */
export const pieceOf = (pieces: Pieces | undefined, kind: TemplatePiece["kind"], key: string): TemplatePiece => {
  if (pieces === undefined) throw new Unprintable(`${kind}s can be used in templates only`);
  const found = pieces.get(key);
  if (found === undefined || !isPiece(found) || found.kind !== kind) throw new Unprintable(`there is no ${kind} "${key}"`);
  return found;
};

export const isPiece = (template: TemplateDefinition): template is TemplatePiece =>
  template.kind === "partial" || template.kind === "layout";

/** Content of a partial or layout in a locale, and the HTML that stands for it. Throws Unprintable when it was never compiled. */
export const contentOf = (piece: TemplatePiece, locale: string): PieceContent => {
  const chosen = chooseLocale(piece, locale);
  const owner = piece.locales[chosen];
  if (owner === undefined) throw new Unprintable(`${piece.kind} "${piece.key}" has no content for ${chosen}`);
  const compiled = piece.compiled?.[chosen];
  const html = owner.html ?? compiled?.html;
  if (html === undefined) throw new Unprintable(`${piece.kind} "${piece.key}" was not compiled`);
  const written = owner.html === undefined ? (piece: string) => writtenPlace(owner, piece) : undefined;
  return { owner, locale: chosen, html, head: compiled?.head, text: owner.text, written };
};

export interface PieceContent {
  /** What parsed forms are kept under. */
  readonly owner: object;
  /** The one it was found in. */
  readonly locale: string;
  readonly html: string;
  readonly head: string | undefined;
  readonly text: string | undefined;
  /** Where the Liquid of its HTML was written, if that was compiled. */
  readonly written: Written | undefined;
}
