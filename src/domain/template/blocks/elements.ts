import { outsideLiquid } from "../liquid-pieces.ts";
import type { BlockOf } from "./block.ts";
import { escapeHtml } from "./escape.ts";
import { footer } from "./footer.ts";
import type { Look } from "./look.ts";
import { richLine, richText } from "./rich-text.ts";

/** Blocks that stand in columns too. */
export type SimpleBlock = BlockOf<"columns">["columns"][number]["blocks"][number];

export interface ElementSetting {
  readonly look: Look;
  readonly locale: string;
  /** At both sides, pixels. */
  readonly gutter: number;
}

/** MJML of what stands in a column. */
export const elementOf = (block: SimpleBlock | BlockOf<"footer">, setting: ElementSetting): string => {
  const { look, gutter } = setting;
  const padding = `padding="0 ${gutter}px"`;
  switch (block.type) {
    case "heading": {
      const level = block.level ?? 1;
      const size = block.size ?? [28, 22, 18][level - 1] ?? 28;
      return `<mj-text ${textLook(block, setting)} font-size="${size}px" line-height="1.25"><h${level} style="margin:0;font-size:${size}px;line-height:1.25;font-weight:700">${richLine(block.text, look)}</h${level}></mj-text>`;
    }
    case "text":
      return `<mj-text ${textLook(block, setting)} font-size="${block.size ?? 16}px" line-height="1.5">${richText(block.text, look)}</mj-text>`;
    case "image": {
      const size = block.width === undefined ? ' fluid-on-mobile="true"' : ` width="${block.width}px"`;
      const link = block.href === undefined ? "" : ` href="${attribute(block.href)}"`;
      return `<mj-image ${block.wide === true ? 'padding="0"' : padding} src="${attribute(block.src)}" alt="${attribute(block.alt)}" align="${block.align ?? "center"}" border-radius="${block.radius ?? 0}px"${size}${link} />`;
    }
    case "button": {
      const colours = `background-color="${block.fill ?? look.primary}" color="${block.color ?? look.onPrimary}"`;
      const isThemes = block.fill === undefined && block.color === undefined;
      return `<mj-button ${padding} href="${attribute(block.href)}" align="${block.align ?? look.start}" ${colours} border-radius="${block.radius ?? look.radius}px" font-family="${look.font}" font-size="16px" line-height="1.25" font-weight="600" inner-padding="14px 24px"${block.wide === true ? ' width="100%"' : ""}${isThemes ? ' css-class="t-button"' : ""}>${richLine(block.text, look)}</mj-button>`;
    }
    case "divider":
      return `<mj-divider ${padding} border-width="${block.thickness ?? 1}px" border-color="${block.color ?? look.line}"${block.color === undefined ? ' css-class="t-line"' : ""} />`;
    case "spacer":
      return `<mj-spacer height="${block.height}px" />`;
    case "social":
      return `<mj-text ${textLook({ align: "center", ...block }, setting)} font-size="${block.size ?? 14}px" line-height="1.7">${block.links.map((one) => socialLink(one, look)).join(" &nbsp;&nbsp; ")}</mj-text>`;
    case "products":
      return products(block, setting);
    case "html":
      return `<mj-text ${textLook({}, setting)} font-size="16px" line-height="1.5">${block.html}</mj-text>`;
    case "footer":
      return footer(block, { attributes: textLook({ align: "center", ...block }, setting, "muted"), ...setting });
  }
};

const textLook = (
  { align, color }: { readonly align?: string | undefined; readonly color?: string | undefined },
  { look, gutter }: ElementSetting,
  tone: "text" | "muted" = "text",
): string =>
  `padding="0 ${gutter}px" align="${align ?? look.start}" font-family="${look.font}" color="${color ?? look[tone]}"${color === undefined ? ` css-class="t-${tone}"` : ""}`;

const socialLink = ({ name, href, icon }: BlockOf<"social">["links"][number], look: Look): string =>
  `<a href="${attribute(href)}" class="t-link" style="${look.link}">${icon === undefined ? richLine(name, look) : `<img src="${attribute(icon)}" alt="${attribute(name)}" height="24" style="height:24px;width:auto;vertical-align:middle" />`}</a>`;

/** A row for each element: image, then title, note and price. */
const products = ({ items, limit = 20, title, image, price, note, href, empty }: BlockOf<"products">, setting: ElementSetting): string => {
  const { look } = setting;
  const isLeft = look.start === "left";
  const link = (inner: string): string =>
    href === undefined ? inner : `<a href="${attribute(href)}" style="color:inherit;text-decoration:none">${inner}</a>`;
  const picture =
    image === undefined
      ? ""
      : `<td width="72" style="width:72px;padding:${isLeft ? "8px 16px 8px 0" : "8px 0 8px 16px"};vertical-align:top">${link(`<img src="${attribute(image)}" alt="" width="72" style="display:block;width:72px;height:auto;border-radius:${look.radius}px" />`)}</td>`;
  const about = `<td style="padding:8px 0;vertical-align:top;color:${look.text};font-size:16px;line-height:1.4;word-break:break-word;text-align:${look.start}">${link(`<strong>${richLine(title, look)}</strong>`)}${note === undefined ? "" : `<br><span class="t-note" style="color:${look.muted};font-size:14px">${richLine(note, look)}</span>`}</td>`;
  const cost =
    price === undefined
      ? ""
      : `<td align="${look.end}" style="padding:${isLeft ? "8px 0 8px 16px" : "8px 16px 8px 0"};vertical-align:top;white-space:nowrap;color:${look.text};font-size:16px;line-height:1.4;text-align:${look.end}">${richLine(price, look)}</td>`;
  const rows = `{% for item in ${items} limit: ${limit} %}<tr>${picture}${about}${cost}</tr>{% endfor %}`;
  // A condition may name what is missing; a loop may not.
  const all =
    empty === undefined
      ? rows
      : `{% if ${items}.size > 0 %}${rows}{% else %}<tr><td style="padding:8px 0;color:${look.text}">${richLine(empty, look)}</td></tr>{% endif %}`;
  return `<mj-text ${textLook({}, setting)} font-size="16px"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="width:100%">${all}</table></mj-text>`;
};

const attribute = (text: string): string => outsideLiquid(text, escapeHtml);
