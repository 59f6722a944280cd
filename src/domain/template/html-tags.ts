const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  copy: "©",
  reg: "®",
  trade: "™",
  hellip: "…",
  mdash: "—",
  ndash: "–",
  lsquo: "‘",
  rsquo: "’",
  ldquo: "“",
  rdquo: "”",
  euro: "€",
  pound: "£",
  bull: "•",
  middot: "·",
  zwnj: "",
  shy: "",
};

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
  if (name === "div" && !closing && isUnseen.test(text)) return { name: "", closing, text: "", end: endOfElement(html, name, end) };
  return { name, closing, text, end };
}

/** What inboxes preview stands in such an element. */
const isUnseen = /\sstyle\s*=\s*["']\s*display\s*:\s*none/i;

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
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]{2,8}));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return entities[name.toLowerCase()] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : "";
  });
}
