import { outsideLiquid } from "../liquid-pieces.ts";
import type { Block, BlockOf, Theme } from "./block.ts";
import { escapeHtml } from "./escape.ts";
import { richText } from "./rich-text.ts";

/** How blocks become a mail: `document` stands alone, `fragment` is put into a layout or another mail. */
export interface BlocksSetting {
  readonly form: "document" | "fragment";
  readonly theme: Theme | undefined;
  /** Language tag, for screen readers. */
  readonly locale: string;
  readonly title?: string;
}

const light = { background: "#f4f4f5", surface: "#ffffff", text: "#18181b", muted: "#6b7280", primary: "#2563eb", onPrimary: "#ffffff" };
const dark = { background: "#0f0f12", surface: "#1c1c21", text: "#f4f4f5", muted: "#a1a1aa", primary: "#60a5fa", onPrimary: "#0f172a" };
const font = "-apple-system, BlinkMacSystemFont, Segoe UI, Roboto, Helvetica, Arial, sans-serif";

type Look = Readonly<Palette> & { readonly radius: number; readonly link: string };

/** MJML of blocks. Each is a section of its own; colours that no block names are the theme's, light or dark as the reader's device is. */
export const blocksToMjml = (blocks: readonly Block[], { form, theme, locale, title }: BlocksSetting): string => {
  const { dark: _dark, font: _font, width: _width, radius = 8, ...own } = theme ?? {};
  const palette = withColours(light, own);
  const look: Look = { ...palette, radius, link: `color:${palette.primary};text-decoration:underline` };
  const body = blocks.map((block) => section(block, look)).join("\n");
  if (form === "fragment") return body;
  const head = [
    ...(title === undefined ? [] : [`<mj-title>${title}</mj-title>`]),
    `<mj-attributes><mj-all font-family="${theme?.font ?? font}" /><mj-text font-size="16px" line-height="1.5" padding="0 24px" /><mj-section padding="0" /></mj-attributes>`,
    '<mj-raw><meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"></mj-raw>',
    `<mj-style>${styleOf(palette, withColours(dark, theme?.dark ?? {}))}</mj-style>`,
  ];
  return `<mjml lang="${locale}"><mj-head>${head.join("")}</mj-head><mj-body width="${theme?.width ?? 600}px" background-color="${look.background}">\n${body}\n</mj-body></mjml>`;
};

type Palette = typeof light;

const withColours = (base: Palette, own: { readonly [Name in keyof Palette]?: string | undefined }): Palette => ({
  background: own.background ?? base.background,
  surface: own.surface ?? base.surface,
  text: own.text ?? base.text,
  muted: own.muted ?? base.muted,
  primary: own.primary ?? base.primary,
  onPrimary: own.onPrimary ?? base.onPrimary,
});

/**
 * The theme as styles, light and dark: a layout's reach the mails that are put into it, whose own colours were compiled
 * without knowing it. Blocks that name their own colours keep them: they have no class.
 */
const styleOf = (light: Palette, dark: Palette): string => `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
${rulesOf(light)}
@media (prefers-color-scheme: dark) {
${rulesOf(dark)}
}`;

const rulesOf = (colours: Palette): string => `
body, body > div { background-color: ${colours.background} !important; }
.t-surface, .t-surface > table { background: ${colours.surface} !important; background-color: ${colours.surface} !important; }
.t-text div, .t-text h1, .t-text h2, .t-text h3, .t-text p, .t-text li, .t-text td { color: ${colours.text} !important; }
.t-muted div, .t-muted p, .t-muted td, .t-muted span { color: ${colours.muted} !important; }
.t-text a.t-link, .t-muted a.t-link { color: ${colours.primary} !important; }
.t-button td, .t-button a { background: ${colours.primary} !important; color: ${colours.onPrimary} !important; }`;

/** A block as a section, under its condition. */
const section = (block: Block, look: Look): string => {
  const inner = sectionOf(block, look);
  return block.if === undefined ? inner : `{% if ${block.if} %}${inner}{% endif %}`;
};

const sectionOf = (block: Block, look: Look): string => {
  if (block.type === "content") return "{{ content }}";
  if (block.type === "partial") return `{% partial "${block.key}" %}`;
  const padding = `padding="${block.padding ?? defaultPadding(block.type)}px 0"`;
  const isFooter = block.type === "footer";
  const open =
    isFooter && block.background === undefined
      ? `<mj-section ${padding}>`
      : `<mj-section ${padding} background-color="${block.background ?? look.surface}"${block.background === undefined ? ' css-class="t-surface"' : ""}>`;
  if (block.type === "columns") {
    const columns = block.columns.map(
      ({ width, blocks }) =>
        `<mj-column vertical-align="top"${width === undefined ? "" : ` width="${width}%"`}>${blocks.map((inner) => within(inner, look)).join("\n")}</mj-column>`,
    );
    return `${open}${block.keep === true ? "<mj-group>" : ""}${columns.join("\n")}${block.keep === true ? "</mj-group>" : ""}</mj-section>`;
  }
  return `${open}<mj-column>${element(block, look)}</mj-column></mj-section>`;
};

/** A block inside of a column, with its condition and distances. */
const within = (block: SimpleBlock, look: Look): string => {
  const inner = `${element(block, look)}<mj-spacer height="${block.padding ?? 8}px" />`;
  return block.if === undefined ? inner : `{% if ${block.if} %}${inner}{% endif %}`;
};

const defaultPadding = (type: Block["type"]): number => (type === "spacer" || type === "text" ? 0 : type === "footer" ? 24 : 12);

type SimpleBlock = BlockOf<"columns">["columns"][number]["blocks"][number];

const element = (block: SimpleBlock | BlockOf<"footer">, look: Look): string => {
  switch (block.type) {
    case "heading": {
      const level = block.level ?? 1;
      const size = block.size ?? [28, 22, 18][level - 1] ?? 28;
      return `<mj-text ${textLook(block, look)} font-size="${size}px" line-height="1.25"><h${level} style="margin:0;font-size:${size}px;line-height:1.25;font-weight:700">${rich(block.text, look)}</h${level}></mj-text>`;
    }
    case "text":
      return `<mj-text ${textLook(block, look)} font-size="${block.size ?? 16}px" line-height="1.5">${richText(block.text, look.link)}</mj-text>`;
    case "image":
      return `<mj-image padding="0 24px" src="${attribute(block.src)}" alt="${attribute(block.alt)}" align="${block.align ?? "center"}" border-radius="${block.radius ?? 0}px"${block.width === undefined ? "" : ` width="${block.width}px"`}${block.href === undefined ? "" : ` href="${attribute(block.href)}"`} />`;
    case "button":
      return `<mj-button padding="0 24px" href="${attribute(block.href)}" align="${block.align ?? "left"}" background-color="${block.fill ?? look.primary}" color="${block.color ?? look.onPrimary}" border-radius="${block.radius ?? look.radius}px" font-size="16px" font-weight="600" inner-padding="12px 24px"${block.wide === true ? ' width="100%"' : ""}${block.fill === undefined && block.color === undefined ? ' css-class="t-button"' : ""}>${rich(block.text, look)}</mj-button>`;
    case "divider":
      return `<mj-divider padding="0 24px" border-width="${block.thickness ?? 1}px" border-color="${block.color ?? "#d4d4d8"}" />`;
    case "spacer":
      return `<mj-spacer height="${block.height}px" />`;
    case "social":
      return `<mj-text ${textLook({ align: "center", ...block }, look)} font-size="${block.size ?? 14}px" line-height="1.5">${block.links.map((one) => socialLink(one, look)).join(" &nbsp; ")}</mj-text>`;
    case "products":
      return products(block, look);
    case "html":
      return `<mj-text padding="0 24px">${block.html}</mj-text>`;
    case "footer":
      return footer(block, look);
  }
};

const textLook = (
  { align, color }: { readonly align?: string | undefined; readonly color?: string | undefined },
  look: Look,
  tone: "text" | "muted" = "text",
): string =>
  `padding="0 24px" align="${align ?? "left"}" color="${color ?? look[tone]}"${color === undefined ? ` css-class="t-${tone}"` : ""}`;

const socialLink = ({ name, href, icon }: BlockOf<"social">["links"][number], look: Look): string =>
  `<a href="${attribute(href)}" class="t-link" style="${look.link}">${icon === undefined ? rich(name, look) : `<img src="${attribute(icon)}" alt="${attribute(name)}" height="24" style="height:24px;width:auto;vertical-align:middle" />`}</a>`;

/** A row for each element: image, then title, note and price. */
const products = ({ items, limit = 20, title, image, price, note, href, empty }: BlockOf<"products">, look: Look): string => {
  const link = (inner: string): string =>
    href === undefined ? inner : `<a href="${attribute(href)}" style="color:inherit;text-decoration:none">${inner}</a>`;
  const picture =
    image === undefined
      ? ""
      : `<td width="72" style="width:72px;padding:8px 16px 8px 0;vertical-align:top">${link(`<img src="${attribute(image)}" alt="" width="72" style="display:block;width:72px;height:auto;border-radius:${look.radius}px" />`)}</td>`;
  const about = `<td style="padding:8px 0;vertical-align:top;color:${look.text};font-size:16px;line-height:1.4;word-break:break-word">${link(`<strong>${rich(title, look)}</strong>`)}${note === undefined ? "" : `<br>${rich(note, look)}`}</td>`;
  const cost =
    price === undefined
      ? ""
      : `<td align="right" style="padding:8px 0 8px 16px;vertical-align:top;white-space:nowrap;color:${look.text};font-size:16px;line-height:1.4;text-align:right">${rich(price, look)}</td>`;
  const rows = `{% for item in ${items} limit: ${limit} %}<tr>${picture}${about}${cost}</tr>{% endfor %}`;
  // A condition may name what is missing; a loop may not.
  const all =
    empty === undefined
      ? rows
      : `{% if ${items}.size > 0 %}${rows}{% else %}<tr><td style="padding:8px 0;color:${look.text}">${rich(empty, look)}</td></tr>{% endif %}`;
  return `<mj-text padding="0 24px" color="${look.text}" css-class="t-text"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="width:100%">${all}</table></mj-text>`;
};

const footer = (block: BlockOf<"footer">, look: Look): string => {
  const muted = `color:${block.color ?? look.muted};text-decoration:underline`;
  const link = (label: string, address: string): string =>
    `<a href="{{ ${address} }}" style="${muted}"><span style="color:${block.color ?? look.muted}">${rich(label, look)}</span></a>`;
  const links = [
    link(block.unsubscribe ?? "Unsubscribe", "unsubscribe_url"),
    ...(block.preferences === undefined ? [] : [link(block.preferences, "preferences_url")]),
    ...(block.viewInBrowser === undefined ? [] : [link(block.viewInBrowser, "view_in_browser_url")]),
  ];
  return `<mj-text ${textLook({ align: "center", ...block }, look, "muted")} font-size="${block.size ?? 13}px" line-height="1.5">${block.text === undefined ? "" : richText(block.text, muted)}${links.join(" &nbsp;·&nbsp; ")}</mj-text>`;
};

const attribute = (text: string): string => outsideLiquid(text, escapeHtml);

/** One line with bold, italic and links; its Liquid as it is. */
const rich = (text: string, look: Look): string => richText(text.replace(/\s*\n\s*/g, " "), look.link).replace(/^<p[^>]*>|<\/p>$/g, "");
