import { lineAt, type LiquidPiece, liquidPieces } from "../domain/template/liquid-pieces.ts";
import type { MjmlProblem } from "./problem.ts";
import { readPlaces, type Place } from "./places.ts";

/** MJML with words in the place of its Liquid, and how to put the Liquid back. */
export interface Protected {
  readonly source: string;
  /** Is there Liquid in this value? */
  readonly holdsLiquid: (value: string) => boolean;
  /** The text with its Liquid again. */
  readonly restore: (text: string) => string;
  readonly problems: readonly MjmlProblem[];
  /** Tags (`{% … %}`) that are nowhere in what was made of the source: what they open or close would be lost. */
  readonly lost: (made: string) => readonly MjmlProblem[];
}

/** Problems that are told of one source. */
const maxProblems = 50;

/**
 * Takes the Liquid out of MJML, which knows nothing of it: quotes in an attribute would end it, and text between elements
 * is dropped. Words take its place; between elements they stand in `<mj-raw>`, which MJML carries over as it is.
 */
export const protectLiquid = (source: string): Protected => {
  const pieces = liquidPieces(source);
  const mark = markFor(source);
  const word = (index: number): string => `${mark}${index}x`;
  const places = readPlaces(source, pieces);
  const problems: MjmlProblem[] = [];
  let made = "";
  let at = 0;
  for (const [index, piece] of pieces.entries()) {
    const place = places[index] ?? "text";
    made += source.slice(at, piece.start) + wordAt(place, word(index));
    at = piece.end;
    if (place === "tag" && problems.length < maxProblems)
      problems.push({ line: lineAt(source, piece.start), message: "Liquid inside of a tag has to be inside of an attribute's value" });
  }
  made += source.slice(at);
  const words = new RegExp(`${mark}(\\d+)x`, "g");
  return {
    source: made,
    holdsLiquid: (value) => value.includes(mark),
    restore: (text) => text.replace(words, (_, index: string) => pieces[Number(index)]?.text ?? ""),
    problems,
    lost: (text) => {
      const found = new Set(Array.from(text.matchAll(words), ([, index]) => Number(index)));
      return pieces
        .filter(({ isTag }, index) => isTag && !found.has(index))
        .slice(0, maxProblems)
        .map((piece) => lostAt(source, piece));
    },
  };
};

const wordAt = (place: Place, word: string): string => (place === "between" ? `<mj-raw>${word}</mj-raw>` : word);

const lostAt = (source: string, piece: LiquidPiece): MjmlProblem => ({
  line: lineAt(source, piece.start),
  message: `MJML leaves out ${piece.text.slice(0, 60)} here; put it into an element's text or an attribute's value, or between elements of the body`,
});

/** A beginning that no word of the source has. */
const markFor = (source: string): string => {
  for (let number = 0; ; number += 1) {
    const mark = `liquid${number}q`;
    if (!source.includes(mark)) return mark;
  }
};
