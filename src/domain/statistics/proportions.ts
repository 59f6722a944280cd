/** 97.5 % quantile of the normal distribution: intervals of 95 %. */
const Z = 1.959963984540054;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** So many of so many; `of` at least as many as `hits`, both whole and not negative. */
export interface Proportion {
  readonly hits: number;
  readonly of: number;
}

/**
 * Wilson's score interval of a proportion, 95 %, without continuity correction. Undefined where there is nothing to speak of.
 * Source: R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), 857-872, method 3.
 */
export const wilson = ({ hits, of }: Proportion): Interval | undefined => {
  if (of <= 0) return undefined;
  const share = hits / of;
  const centre = (2 * hits + Z * Z) / (2 * (of + Z * Z));
  const spread = (Z * Math.sqrt(Z * Z + 4 * hits * (1 - share))) / (2 * (of + Z * Z));
  return { low: Math.max(0, centre - spread), high: Math.min(1, centre + spread) };
};

/**
 * The difference `a - b` of two independent proportions with Newcombe's hybrid score interval, 95 %, without continuity
 * correction. Undefined where one of them is of nothing.
 * Source: R. G. Newcombe, "Interval estimation for the difference between independent proportions", Statistics in Medicine 17 (1998), 873-890, method 10.
 */
export const difference = (a: Proportion, b: Proportion): { readonly lift: number; readonly interval: Interval } | undefined => {
  const [ofA, ofB] = [wilson(a), wilson(b)];
  if (ofA === undefined || ofB === undefined) return undefined;
  const [shareA, shareB] = [a.hits / a.of, b.hits / b.of];
  const lift = shareA - shareB;
  return {
    lift,
    interval: { low: lift - Math.hypot(shareA - ofA.low, ofB.high - shareB), high: lift + Math.hypot(ofA.high - shareA, shareB - ofB.low) },
  };
};
