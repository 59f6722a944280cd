/** Of U+00A0 to U+00FF, in order. Source: html.spec.whatwg.org/multipage/named-characters.html. */
const latin =
  "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";

/** More that mails are written with, each with what it stands for. */
const others =
  "amp & lt < gt > quot \" apos ' trade ™ hellip … mdash — ndash – bull • euro € lsquo ‘ rsquo ’ sbquo ‚ ldquo “ rdquo ” bdquo „ lsaquo ‹ rsaquo › larr ← rarr → check ✓ star ☆ hearts ♥ OElig Œ oelig œ Scaron Š scaron š le ≤ ge ≥ ne ≠ minus −";

const pairs = others.split(" ");
const entities: ReadonlyMap<string, string> = new Map([
  ...latin.split(" ").map((name, index) => [name, String.fromCharCode(0xa0 + index)] as const),
  ...pairs.flatMap((name, index) => (index % 2 === 0 ? [[name, pairs[index + 1] ?? ""] as const] : [])),
  // Spaces of special widths are spaces, marks that nobody sees are nothing.
  ...["nbsp", "ensp", "emsp", "thinsp"].map((name) => [name, " "] as const),
  ...["shy", "zwnj", "zwj", "lrm", "rlm"].map((name) => [name, ""] as const),
]);

/** Elements whose content is not for reading. */
const unread = new Set(["script", "style", "head", "title", "template"]);

/** A tag of HTML as it is written; "" for comments and what is not for reading, "<" for a bracket that begins none. */
export interface Tag {
  readonly name: string;
  readonly closing: boolean;
  readonly text: string;
  readonly end: number;
}

/** The tag that begins at `open`, and where it ends. Costs no more than its length. */
export function readTag(html: string, open: number): Tag {
  if (html.startsWith("<!--", open)) return { name: "", closing: false, text: "", end: endAfter(html, "-->", open) };
  const head = /^<(\/?)([a-z][a-z0-9]*)/i.exec(html.slice(open, open + 40));
  // A bracket that begins no tag is text.
  if (!head && !/^<[!?/]/.test(html.slice(open, open + 2))) return { name: "<", closing: false, text: "", end: open + 1 };
  const end = endAfter(html, ">", open);
  if (!head) return { name: "", closing: false, text: "", end };
  const name = (head[2] ?? "").toLowerCase();
  const closing = head[1] === "/";
  if (unread.has(name) && !closing) return { name: "", closing, text: "", end: endOfElement(html, name, end) };
  const text = html.slice(open, end);
  if (hidable.has(name) && !closing && isUnseen.test(text)) return { name: "", closing, text: "", end: endOfNested(html, name, end) };
  return { name, closing, text, end };
}

/** What inboxes preview stands in such an element. */
const isUnseen = /\sstyle\s*=\s*(?:"(?:[^"]{0,2000}[;\s])?display\s*:\s*none|'(?:[^']{0,2000}[;\s])?display\s*:\s*none)/i;
const hidable = new Set(["div", "span", "p", "td", "table", "tr"]);

/** Behind the end of an element that may hold others of its name. */
function endOfNested(html: string, name: string, from: number): number {
  const tags = new RegExp(`<(/?)${name}\\b[^>]*>`, "gi");
  tags.lastIndex = from;
  let depth = 1;
  for (let tag = tags.exec(html); tag; tag = tags.exec(html)) {
    depth += tag[1] === "/" ? -1 : 1;
    if (depth === 0) return tags.lastIndex;
  }
  return html.length;
}

function endOfElement(html: string, name: string, from: number): number {
  const closing = new RegExp(`</${name}[^>]*>`, "gi");
  closing.lastIndex = from;
  return closing.exec(html) ? closing.lastIndex : html.length;
}

/** Index right after the next `mark`, or the end of the text. */
function endAfter(html: string, mark: string, from: number): number {
  const at = html.indexOf(mark, from);
  return at < 0 ? html.length : at + mark.length;
}

/** An attribute of a tag's text, decoded; "" when it has none. */
export function attributeOf(tag: string, name: string): string {
  const found = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, "i").exec(tag);
  return decodeEntities(found?.[1] ?? found?.[2] ?? found?.[3] ?? "").trim();
}

export function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]{2,8}\d{0,2}));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return entities.get(name) ?? entities.get(name.toLowerCase()) ?? whole;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : "";
    },
  );
}
