/**
 * The string and template literals of a source text, in order; what stands in `${…}` is kept as it is written, and literals in there
 * are texts of their own. Knows comments, escapes and nested templates, and as much of regular expressions as our sources need.
 */
export const textsOf = (source: string): readonly string[] => {
  const texts: string[] = [];
  scan(source, 0, texts, false);
  return texts;
};

/** A slash after one of these begins an expression, not a division. */
const beforeRegex = /(?:^|[=(,:[!&|?{};>]|return)\s*$/;

/** Reads code up to its end, or to the brace that ends a `${`; answers where that is. */
const scan = (source: string, from: number, texts: string[], isInner: boolean): number => {
  let depth = 0;
  let at = from;
  while (at < source.length) {
    const char = source[at];
    const two = source.slice(at, at + 2);
    if (two === "//") at = ends(source.indexOf("\n", at), source);
    else if (two === "/*") at = ends(source.indexOf("*/", at + 2), source) + 2;
    else if (char === "/" && beforeRegex.test(source.slice(Math.max(0, at - 40), at))) at = regexEnd(source, at);
    else if (char === '"' || char === "'") at = quoted(source, at, texts);
    else if (char === "`") at = template(source, at, texts);
    else {
      if (char === "{") depth++;
      if (char === "}" && isInner && depth-- === 0) return at;
      at++;
    }
  }
  return at;
};

const ends = (index: number, source: string): number => (index === -1 ? source.length : index);

const quoted = (source: string, from: number, texts: string[]): number => {
  let at = from + 1;
  while (at < source.length && source[at] !== source[from]) at += source[at] === "\\" ? 2 : 1;
  texts.push(source.slice(from + 1, at));
  return at + 1;
};

const template = (source: string, from: number, texts: string[]): number => {
  const place = texts.push("") - 1;
  let at = from + 1;
  while (at < source.length && source[at] !== "`") {
    if (source.slice(at, at + 2) === "${") at = scan(source, at + 2, texts, true) + 1;
    else at += source[at] === "\\" ? 2 : 1;
  }
  texts[place] = source.slice(from + 1, at);
  return at + 1;
};

const regexEnd = (source: string, from: number): number => {
  let inClass = false;
  for (let at = from + 1; at < source.length; at++) {
    const char = source[at];
    if (char === "\n") return from + 1; // a division after all
    if (char === "\\") at++;
    else if (char === "[") inClass = true;
    else if (char === "]") inClass = false;
    else if (char === "/" && !inClass) return at + 1;
  }
  return source.length;
};
