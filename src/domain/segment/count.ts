import * as z from "zod";
import type { TallyMatch } from "../user/history.ts";

/** Higher counts would read more rows per event than an event may cost. */
export const MAX_COUNT = 1_000;

export const countSchema = z.lazy(() =>
  z.strictObject({
    operator: z.enum(["at-least", "exactly", "at-most", "less-than", "greater-than"]),
    value: z.int().min(0).max(MAX_COUNT),
  }),
);
export type Count = z.infer<typeof countSchema>;

/** A count ready to be asked of the newest matches. */
export interface CompiledCount {
  /** How many of the newest matches decide it; 0 = none need be read. */
  readonly limit: number;
  /** `matches`: the newest ones, newest first, at most `limit`. */
  readonly verdict: (matches: readonly TallyMatch[]) => { readonly value: boolean; readonly nextChange: number | undefined };
}

const limits: Readonly<Record<Count["operator"], (value: number) => number>> = {
  "at-least": (value) => value,
  "less-than": (value) => value,
  exactly: (value) => value + 1,
  "at-most": (value) => value + 1,
  "greater-than": (value) => value + 1,
};

const holds: Readonly<Record<Count["operator"], (count: number, value: number) => boolean>> = {
  "at-least": (count, value) => count >= value,
  "less-than": (count, value) => count < value,
  exactly: (count, value) => count === value,
  "at-most": (count, value) => count <= value,
  "greater-than": (count, value) => count > value,
};

/**
 * Time alone only lets matches leave the window, oldest first, so a count changes its truth when the match at the
 * threshold leaves: the one whose going brings the number below it.
 */
export const compileCount = ({ operator, value }: Count, withinMs: number | undefined): CompiledCount => {
  const limit = limits[operator](value);
  return {
    limit,
    verdict: (matches) => {
      const deciding =
        matches.length === limit ? matches[limit - 1] : operator === "exactly" && matches.length === value ? matches[value - 1] : undefined;
      return {
        value: holds[operator](matches.length, value),
        nextChange: withinMs === undefined || deciding === undefined ? undefined : deciding.order[0] + withinMs,
      };
    },
  };
};

export const countClause = (count: Count | undefined): string => (count === undefined ? "at-least 1" : `${count.operator} ${count.value}`);
