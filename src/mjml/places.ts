import type { LiquidPiece } from "../domain/template/liquid-pieces.ts";

/** Where a piece of Liquid stands: in text that MJML carries over, between elements, in an attribute's value, or elsewhere in a tag. */
export type Place = "text" | "between" | "value" | "tag";

/** Elements whose content MJML carries over as it is. */
const carriedOver = new Set([
  "mj-accordion-text",
  "mj-accordion-title",
  "mj-breakpoint",
  "mj-button",
  "mj-carousel-image",
  "mj-html-attribute",
  "mj-navbar-link",
  "mj-preview",
  "mj-raw",
  "mj-social-element",
  "mj-style",
  "mj-table",
  "mj-text",
  "mj-title",
]);

/** The place of each piece, in one walk over the source. */
export const readPlaces = (source: string, pieces: readonly LiquidPiece[]): readonly Place[] => {
  const places: Place[] = [];
  /** Name of the element whose content is carried over, while inside of one. */
  let carrying = "";
  let quote = "";
  let inTag = false;
  let next = 0;
  for (let at = 0; at < source.length;) {
    const piece = pieces[next];
    if (piece !== undefined && piece.start === at) {
      places.push(inTag ? (quote === "" ? "tag" : "value") : carrying === "" ? "between" : "text");
      at = piece.end;
      next += 1;
      continue;
    }
    if (inTag) {
      const character = source.charAt(at);
      if (quote !== "") {
        if (character === quote) quote = "";
      } else if (character === '"' || character === "'") quote = character;
      else if (character === ">") {
        inTag = false;
        if (source.charAt(at - 1) === "/") carrying = "";
      }
      at += 1;
    } else if (source.startsWith("<!--", at)) {
      // What is commented out is carried over, or not, together with its Liquid.
      const end = source.indexOf("-->", at);
      const behind = end < 0 ? source.length : end + 3;
      for (; (pieces[next]?.start ?? source.length) < behind; next += 1) places.push("text");
      at = Math.max(behind, pieces[next - 1]?.end ?? 0);
    } else if (source.charAt(at) === "<") {
      const [, closing, name = ""] = /^<(\/?)([a-z][a-z0-9-]*)/i.exec(source.slice(at, at + 60)) ?? [];
      if (carrying !== "") {
        // Inside of text only its own end counts; the HTML of it is text.
        if (closing === "/" && name === carrying) carrying = "";
        at += 1;
      } else {
        inTag = name !== "";
        if (closing === "" && carriedOver.has(name)) carrying = name;
        at += 1;
      }
    } else at += 1;
  }
  return places;
};
