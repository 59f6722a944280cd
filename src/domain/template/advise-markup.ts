import { decodeEntities, readTag } from "./html-tags.ts";
import { liquidPieces, type LiquidPiece } from "./liquid-pieces.ts";

/** Something to be changed in markup. */
export interface MarkupProblem {
  readonly message: string;
  /** Where it stands in the source, and what stands there. */
  readonly at: number;
  readonly sign: string;
}

/** Links and images that will not do, and values that stand where they are not safe. Costs no more than the source's length. */
export function* markupProblems(source: string): Generator<MarkupProblem> {
  const pieces = liquidPieces(source);
  const html = withStandIns(source, pieces);
  for (let at = html.indexOf("<"); at >= 0;) {
    const tag = readTag(html, at);
    if (!tag.closing) {
      const problem = (message: string, { start, end }: Span): MarkupProblem => ({
        message,
        at: at + start,
        sign: source.slice(at + start, at + end),
      });
      if (tag.name === "a") {
        const href = attribute(tag.text, "href");
        const wrong = href && addressProblem(href.value, "link");
        if (href && wrong !== undefined) yield problem(wrong, href);
        const raw = href && rawValue(pieces, at + href.start, at + href.end, source);
        if (href && raw !== undefined)
          yield problem(`a value stands in an address as it is, without url_encode: ${raw.slice(0, 100)}`, href);
      }
      if (tag.name === "img") {
        const src = attribute(tag.text, "src");
        const wrong = src && addressProblem(src.value, "image");
        if (src && wrong !== undefined) yield problem(wrong, src);
        if (attribute(tag.text, "alt") === undefined)
          yield problem(
            `the image ${shownAddress(src?.value ?? "")} has no alt text (alt="" for an ornament)`,
            src ?? { start: 0, end: tag.text.length },
          );
      }
      const bare = /\s([a-z-]{1,50})\s*=\s*([^\s"'>\uE001]*\uE000)/i.exec(tag.text);
      if (bare)
        yield problem(`a value stands in the attribute ${bare[1]} without quotes: it may add others`, {
          start: bare.index,
          end: bare.index + bare[0].length,
        });
    }
    at = html.indexOf("<", tag.end);
  }
}

/**
 * The source with a character in the place of each one of its Liquid, whose quotes and brackets are none of the markup's:
 * \uE000 for what is printed, \uE001 for tags, which are not. Places stay the same.
 */
const withStandIns = (source: string, pieces: readonly LiquidPiece[]): string => {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, isTag } of pieces) {
    parts.push(source.slice(at, start).replace(/[\uE000\uE001]/g, " "), (isTag ? "\uE001" : "\uE000").repeat(end - start));
    at = end;
  }
  parts.push(source.slice(at).replace(/[\uE000\uE001]/g, " "));
  return parts.join("");
};

interface Span {
  readonly start: number;
  readonly end: number;
}

const attribute = (tag: string, name: "alt" | "href" | "src"): (Span & { readonly value: string }) | undefined => {
  const found = patterns[name].exec(tag);
  if (!found) return undefined;
  const value = found[2] ?? found[3] ?? found[4] ?? "";
  const start = found.index + (found[1] ?? "").length + (found[4] === undefined ? 1 : 0);
  return { value: decodeEntities(value).replaceAll("\uE001", "").trim(), start, end: start + value.length };
};

const pattern = (name: string): RegExp => new RegExp(`(\\s${name}\\s*=\\s*)(?:"([^"]*)"|'([^']*)'|([^\\s>]*))`, "i");
const patterns = { alt: pattern("alt"), href: pattern("href"), src: pattern("src") };

const shownAddress = (address: string): string => address.replace(/\uE000+/g, "{{ … }}").slice(0, 100);

const addressProblem = (address: string, kind: "image" | "link"): string | undefined => {
  const shown = shownAddress(address);
  if (address.startsWith("\uE000")) return undefined;
  if (kind === "link" && ((address.startsWith("#") && address.length > 1) || /^(?:mailto|tel|sms):./i.test(address))) return undefined;
  if (kind === "image" && /^(?:cid|data):./i.test(address)) return undefined;
  if (address === "" || address === "#") return kind === "link" ? `a link leads nowhere: "${shown}"` : "an image has no address";
  const one = kind === "link" ? "a link" : "an image's address";
  if (/^http:\/\//i.test(address)) return `${one} is not encrypted (http): ${shown}`;
  if (!/^[a-z][a-z0-9+.-]*:/i.test(address)) return `${one} is relative, which leads nowhere from a mail: ${shown}`;
  if (!/^https:/i.test(address)) return `${one} has a scheme that mail readers refuse: ${shown}`;
  return /^https:\/\/[^\s/?#@:]+(?::\d{1,5})?(?:[/?#]\S*)?$/i.test(address) ? undefined : `${one} is no address: ${shown}`;
};

/** A value in a query whose `&` or `#` would end the parameter it stands in. */
const rawValue = (pieces: readonly LiquidPiece[], start: number, end: number, source: string): string | undefined => {
  let low = 0;
  for (let high = pieces.length; low < high;) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.start ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  for (let index = low; index < pieces.length; index += 1) {
    const piece = pieces[index];
    if (piece === undefined || piece.end > end) return undefined;
    const before = source.slice(start, piece.start);
    if (!piece.isTag && /[?&][^?&=]*=$/.test(before.slice(-200)) && !/url_encode|uri_escape|cgi_escape|url_escape|_url\b/.test(piece.text))
      return piece.text;
  }
  return undefined;
};
