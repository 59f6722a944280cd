import type { Block, BlockOf, Theme } from "./block.ts";
import { elementOf, type SimpleBlock } from "./elements.ts";
import { headOf, lookOf, widthOf, type Look } from "./look.ts";

/** How blocks become a mail: `document` stands alone, `fragment` is put into a layout or another mail. */
export interface BlocksSetting {
  readonly form: "document" | "fragment";
  readonly theme: Theme | undefined;
  /** Language tag: for screen readers, for what a footer says by itself, and for where lines begin. */
  readonly locale: string;
}

/** MJML of blocks. Each is a section of its own; colours that no block names are the theme's, light or dark as the reader's device is. */
export const blocksToMjml = (blocks: readonly Block[], { form, theme, locale }: BlocksSetting): string => {
  const look = lookOf(theme, locale);
  const isDocument = form === "document";
  const sections = blocks.map((block, index) => section(block, isDocument ? edgeOf(blocks, index) : {}, look, locale));
  if (!isDocument) return sections.join("\n");
  const space = spaceOf(look);
  const body = [space, ...sections, space].join("\n");
  return `<mjml lang="${locale}" dir="${look.direction}"><mj-head>${headOf(theme, look)}</mj-head><mj-body width="${widthOf(theme)}px" background-color="${look.background}">\n${body}\n</mj-body></mjml>`;
};

/** Around the mail, where the screen is wider than it. */
const spaceOf = (look: Look): string =>
  `<mj-section ${directed(look)} css-class="t-space"><mj-column ${directed(look)}><mj-spacer height="24px" /></mj-column></mj-section>`;

/** Is a block the first or the last on the surface of a mail? */
interface Edge {
  readonly first?: boolean;
  readonly last?: boolean;
}

const edgeOf = (blocks: readonly Block[], index: number): Edge => {
  const next = blocks[index + 1];
  return { first: index === 0, last: next === undefined || (next.type === "footer" && blocks[index]?.type !== "footer") };
};

/** A block as a section, under its condition. */
const section = (block: Block, edge: Edge, look: Look, locale: string): string => {
  const inner = sectionOf(block, edge, look, locale);
  return block.if === undefined ? inner : `{% if ${block.if} %}${inner}{% endif %}`;
};

const sectionOf = (block: Block, edge: Edge, look: Look, locale: string): string => {
  if (block.type === "content") return "{{ content }}";
  if (block.type === "partial") return `{% partial "${block.key}" %}`;
  const isOnPage = block.type === "footer" && block.background === undefined;
  const classes = [
    ...(isOnPage || block.background !== undefined ? [] : ["t-surface"]),
    ...(isOnPage ? [] : [...(edge.first === true ? ["t-first"] : []), ...(edge.last === true ? ["t-last"] : [])]),
  ];
  const attributes = [
    `padding="${paddingOf(block, edge)}"`,
    directed(look),
    ...(isOnPage ? [] : [`background-color="${block.background ?? look.surface}"`]),
    ...(classes.length === 0 ? [] : [`css-class="${classes.join(" ")}"`]),
  ];
  return `<mj-section ${attributes.join(" ")}>${block.type === "columns" ? columns(block, look, locale) : `<mj-column ${directed(look)}>${elementOf(block, { look, locale, gutter: 24 })}</mj-column>`}</mj-section>`;
};

/** MJML takes left to right for granted, whatever the mail says. */
const directed = ({ direction }: Look): string => `direction="${direction}"`;

/** Above and below. What begins or ends the mail is farther from its edge than blocks are from one another. */
const paddingOf = (block: Block, { first, last }: Edge): string => {
  if (block.padding !== undefined) return `${block.padding}px 0`;
  const usual = block.type === "footer" ? 24 : ["spacer", "text"].includes(block.type) || isWideImage(block) ? 0 : 12;
  const canBeFar = !["spacer", "footer"].includes(block.type) && !isWideImage(block);
  const top = first === true && canBeFar ? 32 : usual;
  // A text ends with the distance between its paragraphs.
  const bottom = last === true && canBeFar ? (block.type === "text" ? 16 : 32) : usual;
  return `${top}px 0 ${bottom}px`;
};

const isWideImage = (block: Block): boolean => block.type === "image" && block.wide === true;

/** Beside one another, 24 pixels apart; below one another on phones unless they are kept. */
const columns = ({ columns: list, keep }: BlockOf<"columns">, look: Look, locale: string): string => {
  const made = list.map(({ width, blocks }, index) => {
    const before = index === 0 ? 24 : 12;
    const after = index === list.length - 1 ? 24 : 12;
    const padding = look.direction === "ltr" ? `0 ${after}px 0 ${before}px` : `0 ${before}px 0 ${after}px`;
    const inner = blocks.map((block) => within(block, look, locale)).join("\n");
    return `<mj-column ${directed(look)} vertical-align="top" padding="${padding}"${keep === true ? "" : ' css-class="t-column"'}${width === undefined ? "" : ` width="${width}%"`}>${inner}</mj-column>`;
  });
  return keep === true ? `<mj-group ${directed(look)}>${made.join("\n")}</mj-group>` : made.join("\n");
};

/** A block inside of a column, with its condition and distances. */
const within = (block: SimpleBlock, look: Look, locale: string): string => {
  const inner = `${elementOf(block, { look, locale, gutter: 0 })}<mj-spacer height="${block.padding ?? 8}px" />`;
  return block.if === undefined ? inner : `{% if ${block.if} %}${inner}{% endif %}`;
};
