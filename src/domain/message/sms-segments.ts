/** How a text travels as SMS: what it costs is counted in segments. */
export interface SmsSegments {
  /** GSM-7 only where every character is in its alphabet; one that is not makes the whole text UCS-2. */
  readonly encoding: "GSM-7" | "UCS-2";
  /** Septets (characters of the extension table take two) or UTF-16 units (characters beyond U+FFFF take two). */
  readonly units: number;
  /** Units that fit in one of its segments: 160 or 70; 153 or 67 where there are several, for their common header. */
  readonly perSegment: number;
  readonly segments: number;
  /** What would have to be written otherwise for GSM-7, each once, at most ten. */
  readonly foreign: readonly string[];
}

/** Source: 3GPP TS 23.038, 6.2.1 (default alphabet) and 6.2.1.1 (extension table). */
const basic = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const extended = new Set("\f^{}\\[~]|€");

/** Counts a text's segments. Source: 3GPP TS 23.040, 9.2.3.24 (concatenation with an 8-bit reference: a header of 6 octets). */
export const smsSegments = (text: string): SmsSegments => {
  // By code points on purpose: that is what the alphabets are made of.
  const characters = Array.from(text);
  const foreign = new Set(characters.filter((character) => !basic.has(character) && !extended.has(character)));
  return foreign.size === 0
    ? {
        encoding: "GSM-7",
        ...packed(
          characters.map((character) => (extended.has(character) ? 2 : 1)),
          160,
          153,
        ),
        foreign: [],
      }
    : {
        encoding: "UCS-2",
        ...packed(
          characters.map((character) => character.length),
          70,
          67,
        ),
        foreign: [...foreign].slice(0, 10),
      };
};

/** A character that takes two units is never cut in two: where only one is left, it begins the next segment. */
const packed = (widths: readonly number[], single: number, several: number): Pick<SmsSegments, "units" | "perSegment" | "segments"> => {
  const units = widths.reduce((sum, width) => sum + width, 0);
  if (units <= single) return { units, perSegment: single, segments: units === 0 ? 0 : 1 };
  let segments = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > several) {
      segments++;
      used = 0;
    }
    used += width;
  }
  return { units, perSegment: several, segments };
};
