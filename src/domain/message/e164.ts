export type E164 = { readonly ok: true; readonly number: string } | { readonly ok: false; readonly reason: string };

/**
 * Marks people put between digits: exactly those that make no difference when a user is looked for by number
 * (src/storage/shard/find-reported.ts), so that whoever is sent a text is found again when they answer STOP.
 */
const between = /[ ().-]+/g;

/**
 * A telephone number as networks take it: `+`, the country's code and the number, 7 to 15 digits in all. Spaces, hyphens,
 * dots and brackets are left out. A number without its country is refused: which country is meant can only be guessed, and
 * a guess sends somebody else's message. Source: ITU-T E.164, 6.2.
 */
export const e164 = (text: string): E164 => {
  // +44 (0)20 …: the zero is dialled within the country only, and is not part of the number that an answer comes from.
  if (text.includes("(0)")) return { ok: false, reason: "the telephone number has a (0) that is none of its digits" };
  const number = text.replace(between, "");
  if (number === "") return { ok: false, reason: "there is no telephone number" };
  if (!number.startsWith("+")) return { ok: false, reason: "the telephone number lacks + and its country's code" };
  const digits = number.slice(1);
  if (!/^\d+$/.test(digits)) return { ok: false, reason: "the telephone number has characters that are no digits" };
  if (digits.startsWith("0")) return { ok: false, reason: "no country's code begins with 0" };
  if (digits.length < 7 || digits.length > 15) return { ok: false, reason: "a telephone number has 7 to 15 digits" };
  return { ok: true, number };
};
