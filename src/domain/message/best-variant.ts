import type { AskWish } from "../user/state.ts";

type WinnerWish = Extract<AskWish, { readonly kind: "winner" }>;

/**
 * The variant with the best rate of the metric over its sent messages, of equal ones the upper; undefined while one has too
 * few. `counts`: by "<variant>:<what>" ("0:sent", "1:clicked", "0:goal").
 */
export const bestOf = (
  counts: ReadonlyMap<string, number>,
  { metric, minimum, variants }: Pick<WinnerWish, "metric" | "minimum" | "variants">,
): string | undefined => {
  let best: { readonly variant: string; readonly rate: number } | undefined;
  for (let variant = 0; variant < variants; variant++) {
    const sent = counts.get(`${variant}:sent`) ?? 0;
    if (sent < minimum) return undefined;
    const rate = (counts.get(`${variant}:${metric}`) ?? 0) / sent;
    if (best === undefined || rate > best.rate) best = { variant: String(variant), rate };
  }
  return best?.variant;
};
