/** How an HTML body is changed on its way out. */
export interface Follow {
  /** The address a link gets instead; undefined leaves it as it is. */
  readonly link: (url: string) => string | undefined;
  /** The pixel's address; left out = none. */
  readonly pixel?: string | undefined;
}

/** A tag's attributes cannot hold "<" outside quotes, so that no scan runs on into the next tag. `v:…`: buttons as Outlook draws them. */
const anchors = /<(?:a|area|v:[a-z]+)\s(?:[^<>"']|"[^"]*"|'[^']*')*>/gi;
/** One attribute, whole: what looks like one within another's value is none. */
const attribute = /([^\s"'<>/=]+)(?:(\s*=\s*)(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g;

/** Every link's address, as its attribute says it, changed to what `change` answers; undefined leaves it byte for byte. */
const eachHref = (html: string, change: (address: string) => string | undefined): string =>
  html.replace(anchors, (tag) => {
    let isFound = false;
    return tag.replace(attribute, (whole, name: string, equals: string | undefined, ...values: readonly unknown[]) => {
      // Of two the first counts, as in browsers.
      if (isFound || equals === undefined || name.toLowerCase() !== "href") return whole;
      isFound = true;
      const value = values.slice(0, 3).find((one) => typeof one === "string");
      const next = change(decoded(typeof value === "string" ? value : "").trim());
      return next === undefined ? whole : `${name}${equals}"${encoded(next)}"`;
    });
  });

/** The addresses of all links, whatever they lead to. */
export const hrefsOf = (html: string): readonly string[] => {
  const found: string[] = [];
  eachHref(html, (address) => {
    found.push(address);
    return undefined;
  });
  return found;
};

/** Rewrites the addresses of `<a>` and `<area>` (and of VML) and adds the pixel before `</body>`. Everything else stays byte for byte. */
export const followHtml = (html: string, { link, pixel }: Follow): string => {
  const followed = eachHref(html, (url) => {
    const next = /^https?:\/\//i.test(url) ? link(url) : undefined;
    return next === url ? undefined : next;
  });
  return pixel === undefined ? followed : withPixel(followed, pixel);
};

const withPixel = (html: string, address: string): string => {
  const pixel = `<img src="${encoded(address)}" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0">`;
  // Sought as it is: in small letters some texts have another length.
  const end = [...html.matchAll(/<\/body/gi)].at(-1)?.index;
  return end === undefined ? html + pixel : html.slice(0, end) + pixel + html.slice(end);
};

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** What an attribute's text stands for; entities that no address needs, and that stand for no character, stay as they are. */
const decoded = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return entities[name.toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
    const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return isCharacter ? String.fromCodePoint(code) : whole;
  });

const encoded = (text: string): string => text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** The address with the parameters it does not have yet; the same where it has them all, or is not one. */
export const withParameters = (address: string, parameters: readonly (readonly [name: string, value: string])[]): string => {
  if (parameters.length === 0 || !URL.canParse(address)) return address;
  const known = new URL(address).searchParams;
  const missing = parameters.filter(([name]) => !known.has(name));
  if (missing.length === 0) return address;
  const added = missing.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  const hash = address.indexOf("#");
  const [path, rest] = hash === -1 ? [address, ""] : [address.slice(0, hash), address.slice(hash)];
  // Written onto the text: parsed and printed again, other parameters would come out in other letters.
  return `${path}${path.includes("?") ? (/[?&]$/.test(path) ? "" : "&") : "?"}${added}${rest}`;
};
