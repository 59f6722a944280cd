import { hashText } from "../hash.ts";

/** Digits of a hash that are looked at: its lowest seven base36 ones, which are uniform to a hundred-thousandth; the upper ones are not. */
const DIGITS = 7;

/**
 * A user's place in [0, 100) for a salt: uniform over users, the same for ever. Shares are laid end to end, so raising one
 * keeps whoever was in it.
 */
export const sampleOf = (samplingId: string, salt: string): number => {
  const lower = hashText(`${salt}|${samplingId}`).slice(10 - DIGITS, 10);
  return (Number.parseInt(lower, 36) / 36 ** DIGITS) * 100;
};
