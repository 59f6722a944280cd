import { hashText } from "../hash.ts";

/**
 * A user's place in [0, 100) for a salt: uniform over users, the same for ever. Shares are laid end to end, so raising one
 * keeps whoever was in it.
 */
export const sampleOf = (samplingId: string, salt: string): number =>
  (Number.parseInt(hashText(`${salt}|${samplingId}`).slice(0, 9), 36) / 36 ** 9) * 100;
