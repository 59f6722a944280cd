/** How many users a condition takes in, judged by a sample. */
export interface Estimate {
  readonly estimate: number;
  /** Bounds that hold with 95%; both are the estimate where everybody was asked. */
  readonly interval: readonly [low: number, high: number];
  readonly exact: boolean;
}

/** 95% of a normal distribution lie within this many standard deviations. */
const Z = 1.96;

/**
 * The share of a random sample, taken for the whole: Wilson's score interval, which stays sensible where none or all of the
 * sample fulfil the condition. `of` users in all, `sampled` of them asked, `hits` of those in.
 */
export const estimateSize = ({ of, sampled, hits }: { readonly of: number; readonly sampled: number; readonly hits: number }): Estimate => {
  if (sampled >= of) return { estimate: hits, interval: [hits, hits], exact: true };
  if (sampled === 0) return { estimate: 0, interval: [0, of], exact: false };
  const share = hits / sampled;
  const middle = share + Z ** 2 / (2 * sampled);
  const reach = Z * Math.sqrt((share * (1 - share)) / sampled + Z ** 2 / (4 * sampled ** 2));
  const scale = 1 + Z ** 2 / sampled;
  const low = Math.floor(Math.max(0, (middle - reach) / scale) * of);
  const high = Math.ceil(Math.min(1, (middle + reach) / scale) * of);
  // Whoever was asked is known: at least the hits are in, at least the others are not.
  return { estimate: Math.round(share * of), interval: [Math.max(hits, low), Math.min(of - (sampled - hits), high)], exact: false };
};
