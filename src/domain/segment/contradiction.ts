import { stableText } from "../hash.ts";
import { contradictsAsAttribute, type AttributeLiteral } from "./attribute-contradiction.ts";
import type { ConditionJson, Since } from "./condition.ts";

/** Something said to hold at one instant for one user: a condition, or that it does not hold. `since`: where its event conditions count from when they do not say. */
export interface Claim {
  readonly condition: ConditionJson;
  readonly negated?: boolean;
  readonly since: Since;
}

type Literal = Required<Claim>;
/** Literals that hold together. */
type Conjunct = readonly Literal[];

/** Ways of fulfilling a condition that are looked at; of one with more nothing is said. */
const MAX_WAYS = 256;

/**
 * Whether the claims can never hold together, whoever the user is and whatever happened. Sound, not complete: true is
 * certain, false means that nothing was found. Looks at each way of fulfilling them for two parts that exclude each other:
 * values of one attribute, counts of the same events, a condition and its negation.
 */
export const neverHold = (claims: readonly Claim[]): boolean => {
  let ways: readonly Conjunct[] | undefined = [[]];
  for (const claim of claims) ways = ways && product(ways, waysOf({ ...claim, negated: claim.negated === true }));
  return ways?.every(isContradiction) ?? false;
};

const product = (a: readonly Conjunct[], b: readonly Conjunct[] | undefined): readonly Conjunct[] | undefined =>
  b === undefined || a.length * b.length > MAX_WAYS ? undefined : a.flatMap((one) => b.map((other) => [...one, ...other]));

/** The ways of fulfilling a literal; undefined = too many. Nesting is bounded by the conditions' schema. */
const waysOf = (literal: Literal): readonly Conjunct[] | undefined => {
  const { condition, negated, since } = literal;
  const parts = partsOf(condition);
  switch (condition.type) {
    case "everyone":
      return negated ? [] : [[]];
    case "not":
      return parts[0] === undefined ? undefined : waysOf({ condition: parts[0], negated: !negated, since });
    case "and":
    case "or": {
      const all = parts.map((part) => waysOf({ condition: part, negated, since }));
      if ((condition.type === "and") !== negated)
        return all.reduce<readonly Conjunct[] | undefined>((ways, more) => ways && product(ways, more), [[]]);
      const any = all.flatMap((ways) => ways ?? []);
      return all.includes(undefined) || any.length > MAX_WAYS ? undefined : any;
    }
    default:
      return [[literal]];
  }
};

const partsOf = (condition: ConditionJson): readonly ConditionJson[] => {
  if ("conditions" in condition && Array.isArray(condition.conditions)) return condition.conditions as readonly ConditionJson[]; // any[] by Array.isArray; checked by the schema
  return "condition" in condition && typeof condition.condition === "object" ? [condition.condition as ConditionJson] : []; // likewise
};

const isContradiction = (way: Conjunct): boolean => {
  const said = new Map<string, boolean>();
  for (const literal of way) {
    const text = textOf(literal);
    if (said.has(text) && said.get(text) !== literal.negated) return true;
    said.set(text, literal.negated);
  }
  return contradictsAsAttribute(way.flatMap(attributeOf)) || [...countsOf(way).values()].some((counts) => !isPossible(counts));
};

/** Conditions that mean the same wherever counting starts. */
const anywhere: ReadonlySet<string> = new Set(["attribute", "segment", "tag", "group", "random", "subscription", "reachable", "trigger"]);

const textOf = ({ condition, since }: Literal): string =>
  anywhere.has(condition.type) ? stableText(condition) : stableText({ since, ...condition });

/** An attribute that has held for a while holds now; of one that has not, nothing follows. */
const attributeOf = ({ condition, negated }: Literal): readonly AttributeLiteral[] =>
  condition.type !== "attribute" || (negated && "for" in condition && condition.for !== undefined)
    ? []
    : [{ filter: condition as unknown as AttributeLiteral["filter"], negated }]; // the attribute condition is a filter with a type

/** Counts of the same events that are still possible, both ends included, but for those left out. */
interface Counts {
  least: number;
  most: number;
  readonly not: Set<number>;
}

const counted: ReadonlySet<string> = new Set(["event", "page", "screen"]);

const countsOf = (way: Conjunct): ReadonlyMap<string, Counts> => {
  const all = new Map<string, Counts>();
  for (const { condition, negated, since } of way) {
    if (!counted.has(condition.type)) continue;
    const { count = { operator: "at-least", value: 1 }, ...events } = condition as ConditionJson & { readonly count?: Count }; // their schemas
    const name = stableText({ since, ...events });
    const counts = all.get(name) ?? { least: 0, most: Number.POSITIVE_INFINITY, not: new Set<number>() };
    narrow(counts, count, negated);
    all.set(name, counts);
  }
  return all;
};

interface Count {
  readonly operator: "at-least" | "exactly" | "at-most" | "less-than" | "greater-than";
  readonly value: number;
}

const narrow = (counts: Counts, { operator, value }: Count, negated: boolean): void => {
  if (operator === "exactly") {
    if (negated) counts.not.add(value);
    else bound(counts, value, value);
    return;
  }
  const atLeast = operator === "at-least" || operator === "less-than" ? value : value + 1;
  const isAtLeast = (operator === "at-least" || operator === "greater-than") !== negated;
  if (isAtLeast) bound(counts, atLeast, Number.POSITIVE_INFINITY);
  else bound(counts, 0, atLeast - 1);
};

const bound = (counts: Counts, least: number, most: number): void => {
  counts.least = Math.max(counts.least, least);
  counts.most = Math.min(counts.most, most);
};

const isPossible = ({ least, most, not }: Counts): boolean => {
  if (most - least >= not.size) return true;
  for (let count = least; count <= most; count++) if (!not.has(count)) return true;
  return false;
};
