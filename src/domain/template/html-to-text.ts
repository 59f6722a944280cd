import { attributeOf, decodeEntities, readTag, type Tag } from "./html-tags.ts";

/**
 * The text part of an email made from its HTML: blocks become lines, links keep their address, images their alt text.
 * Every step walks the text once, so hostile markup costs no more than its length.
 */
export function htmlToText(html: string): string {
  const out = new Lines();
  let position = 0;
  /** Of each list that is open, the number of its last item; undefined where items have none. */
  const lists: (number | undefined)[] = [];
  let link: { readonly href: string; readonly from: number; isOrnament?: boolean } | undefined;
  while (position < html.length) {
    const open = html.indexOf("<", position);
    out.write(decodeEntities(html.slice(position, open < 0 ? html.length : open)).replace(runs, " "));
    if (open < 0) break;
    const tag = readTag(html, open);
    position = tag.end;
    if (tag.name === "a" && !tag.closing) link = { href: attributeOf(tag.text, "href"), from: out.parts.length };
    else if (tag.name === "a" && link) {
      const label = out.parts.slice(link.from).join("");
      const isSaid = label.includes(link.href) || (link.isOrnament === true && label.trim() === "");
      if (/^(?:https?|mailto|tel):/i.test(link.href) && !isSaid) out.write(` (${link.href})`);
      link = undefined;
    } else if (tag.name === "img") {
      const alt = attributeOf(tag.text, "alt");
      // Beside an ornament there is another link with words; an image that says nothing of itself may be the only one.
      if (link && alt === "" && /\salt\s*=/i.test(tag.text)) link.isOrnament = true;
      out.write(alt);
    } else if (tag.name === "li" && !tag.closing) {
      const number = lists.at(-1);
      if (number !== undefined) lists[lists.length - 1] = number + 1;
      out.endLine();
      out.write(number === undefined ? "- " : `${number + 1}. `);
    } else {
      if (tag.name === "ol" || tag.name === "ul") {
        if (tag.closing) lists.pop();
        else lists.push(tag.name === "ol" ? 0 : undefined);
      }
      // A list within a list goes on with the line.
      if ((tag.name === "ol" || tag.name === "ul") && lists.length > (tag.closing ? 0 : 1)) out.endLine();
      else writeTag(out, tag);
    }
  }
  return out.parts
    .join("")
    .split("\n")
    .map((line) => line.trim())
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

/** White space that is more than one space; single ones, which are most, are left alone. */
const runs = / ?[^\S ]\s*| {2,}\s*/g;

/** Text under way. The last character is remembered, because asking a growing string for it would copy the string. */
class Lines {
  readonly parts: string[] = [];
  #last = "\n";

  /** Never two spaces in a row, and none at the beginning of a line. */
  write(text: string): void {
    this.#push(this.#last === " " || this.#last === "\n" ? text.replace(/^ +/, "") : text);
  }
  breakLine(breaks: string): void {
    this.#push(breaks);
  }
  /** A line break unless a line has just begun. */
  endLine(): void {
    if (this.#last !== "\n") this.#push("\n");
  }
  #push(text: string): void {
    if (text === "") return;
    this.parts.push(text);
    this.#last = text.at(-1) ?? this.#last;
  }
}

function writeTag(out: Lines, tag: Tag): void {
  if (tag.name === "<") out.write("<");
  else if (tag.name === "br") out.breakLine("\n");
  else if (tag.name === "hr") out.breakLine("\n---\n");
  else if (tag.name === "td" || tag.name === "th") out.write(" ");
  else if (paragraphs.has(tag.name)) out.breakLine("\n\n");
  else if (lines.has(tag.name)) out.endLine();
}

const paragraphs = new Set(["p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote", "pre"]);
const lines = new Set(["div", "tr", "section", "article", "header", "footer", "center", "body", "dl", "dt", "dd"]);
