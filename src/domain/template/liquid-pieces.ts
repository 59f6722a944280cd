/** One `{{ … }}` or `{% … %}` of a text. */
export interface LiquidPiece {
  readonly text: string;
  readonly start: number;
  /** Just behind it. */
  readonly end: number;
  /** A tag, `{% … %}`. */
  readonly isTag: boolean;
  /** A `raw` or a `comment` with all that stands in it. */
  readonly isVerbatim: boolean;
}

/**
 * The pieces of Liquid in a text, in order. One that is not closed ends the list: Liquid's own parser says where. What stands
 * between `raw` and `endraw`, or `comment` and `endcomment`, is one piece with them.
 */
export const liquidPieces = (source: string): readonly LiquidPiece[] => {
  const pieces: LiquidPiece[] = [];
  for (let at = 0; ;) {
    const start = nextOpen(source, at);
    if (start < 0) return pieces;
    const isTag = source[start + 1] === "%";
    let end = isTag ? closeOfTag(source, start + 2) : closeOf(source, start + 2);
    if (end < 0) return pieces;
    const verbatim = isTag ? /^\{%-?\s*(raw|comment)\b/.exec(source.slice(start, start + 200))?.[1] : undefined;
    if (verbatim !== undefined) {
      const closing = new RegExp(`\\{%-?\\s*end${verbatim}\\s*-?%\\}`, "g");
      closing.lastIndex = end;
      if (!closing.test(source)) return pieces;
      end = closing.lastIndex;
    }
    pieces.push({ text: source.slice(start, end), start, end, isTag, isVerbatim: verbatim !== undefined });
    at = end;
  }
};

const nextOpen = (source: string, from: number): number => {
  for (let at = source.indexOf("{", from); at >= 0; at = source.indexOf("{", at + 1))
    if (source[at + 1] === "{" || source[at + 1] === "%") return at;
  return -1;
};

/** Just behind the closing braces of a value; those inside of quotes do not close. -1 when there are none. */
const closeOf = (source: string, from: number): number => {
  let quote = "";
  for (let at = from; at < source.length; at += 1) {
    const character = source.charAt(at);
    if (quote !== "") {
      if (character === quote) quote = "";
    } else if (character === '"' || character === "'") quote = character;
    else if (source.startsWith("}}", at)) return at + 2;
  }
  return -1;
};

/** Of a tag the first ones close, as Liquid reads it: an apostrophe in `{% # it's a comment %}` opens nothing. */
const closeOfTag = (source: string, from: number): number => {
  const at = source.indexOf("%}", from);
  return at < 0 ? -1 : at + 2;
};

/** 1-based line of a position. */
export const lineAt = (source: string, position: number): number => {
  let line = 1;
  for (let at = source.indexOf("\n"); at >= 0 && at < position; at = source.indexOf("\n", at + 1)) line += 1;
  return line;
};

/** The text with `change` done to all but its Liquid. */
export const outsideLiquid = (source: string, change: (text: string) => string): string => {
  let made = "";
  let at = 0;
  for (const { start, end, text } of liquidPieces(source)) {
    made += change(source.slice(at, start)) + text;
    at = end;
  }
  return made + change(source.slice(at));
};
