import { liquidPieces } from "../liquid-pieces.ts";
import { escapeHtml } from "./escape.ts";

/** How links look, and at which side lines begin. */
export interface TextLook {
  /** Style of links. */
  readonly link: string;
  readonly start: "left" | "right";
}

/**
 * HTML of a text with **bold**, *italic*, [links](https://example.com), paragraphs and lists. All else is text: HTML in it is
 * shown, not obeyed. Liquid stays as it is; it may stand for the address of a link too.
 */
export const richText = (source: string, look: TextLook): string => {
  const pieces = liquidPieces(source);
  // A character of the private range stands for each piece, so that no rule sees into it.
  const safe = withStandIns(source, pieces);
  const made = safe
    .replaceAll("\r\n", "\n")
    .split(/\n{2,}/)
    .map((part) => paragraphOf(part, look))
    .join("");
  return made.replace(/\uE000(\d{1,6})\uE001/g, (_, index: string) => pieces[Number(index)]?.text ?? "");
};

/** One line with bold, italic and links; its Liquid as it is. */
export const richLine = (text: string, look: TextLook): string =>
  richText(text.replace(/\s*\n\s*/g, " "), look).replace(/^<p[^>]*>|<\/p>$/g, "");

const withStandIns = (source: string, pieces: ReturnType<typeof liquidPieces>): string => {
  let made = "";
  let at = 0;
  for (const [index, { start, end }] of pieces.entries()) {
    made += `${plain(source.slice(at, start))}\uE000${index}\uE001`;
    at = end;
  }
  return made + plain(source.slice(at));
};

/** Nobody may write our stand-ins. */
const plain = (text: string): string => text.replace(/[\uE000\uE001]/g, "");

const paragraphOf = (part: string, { link, start }: TextLook): string => {
  const lines = part.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0) return "";
  if (lines.every((line) => /^\s*[-*] /.test(line))) {
    const items = lines.map((line) => `<li style="margin:0 0 4px">${inline(line.replace(/^\s*[-*] /, ""), link)}</li>`);
    return `<ul style="margin:0 0 16px;padding:${start === "left" ? "0 0 0 20px" : "0 20px 0 0"}">${items.join("")}</ul>`;
  }
  return `<p style="margin:0 0 16px">${lines.map((line) => inline(line, link)).join("<br>")}</p>`;
};

/** One line: links, bold, italic. Each rule is bounded, so that no text takes longer than its length allows. */
const inline = (line: string, link: string): string =>
  escapeHtml(line)
    .replace(
      /\[([^[\]]{1,500})\]\(([^()\s]{1,2000})\)/g,
      (_, label: string, href: string) => `<a href="${href}" class="t-link" style="${link}">${label}</a>`,
    )
    .replace(/\*\*([^*]{1,2000})\*\*/g, "<strong>$1</strong>")
    .replace(/\*([^*\s][^*]{0,1999})\*/g, "<em>$1</em>");
