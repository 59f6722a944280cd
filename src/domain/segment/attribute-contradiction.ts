import type { Filter } from "../filter/filter-schema.ts";
import { testOf, type Test, type Wanted } from "../filter/operators.ts";
import { isPresent, readPath } from "../filter/path.ts";
import { asInstant, asNumber } from "../filter/value.ts";
import { stableText } from "../hash.ts";
import type { Json } from "../json.ts";

/** A filter on an attribute that holds, or does not. */
export interface AttributeLiteral {
  readonly filter: Filter;
  readonly negated: boolean;
}

/** What a filter says in terms of its positive operator: some value at the path passes the test, or none does. */
interface Said {
  readonly none: boolean;
  readonly operator: string;
  /** Equal for equal tests. */
  readonly text: string;
  /** Whether the value passes; undefined where that depends on time. */
  readonly passes: ((value: Json) => boolean) | undefined;
  /** All values that pass, where they are few. */
  readonly values: readonly Json[] | undefined;
  readonly range: Range | undefined;
}

/** A stretch of numbers or of instants. */
interface Range {
  readonly of: "number" | "date";
  readonly from: number;
  readonly to: number;
  readonly withFrom: boolean;
  readonly withTo: boolean;
}

/** Can the filters never hold together? Each attribute path is looked at by itself. */
export const contradictsAsAttribute = (literals: readonly AttributeLiteral[]): boolean => {
  const byPath = new Map<string, { readonly isOne: boolean; readonly said: Said[] }>();
  for (const literal of literals) {
    const path = readPath(literal.filter.path);
    const name = JSON.stringify(path);
    // Any longer path may lead through a list, whose elements each have a value of their own.
    const group = byPath.get(name) ?? { isOne: path.length === 1, said: [] };
    group.said.push(saidBy(literal));
    byPath.set(name, group);
  }
  return [...byPath.values()].some(({ isOne, said }) => excludesItself(said, isOne));
};

const excludesItself = (said: readonly Said[], isOne: boolean): boolean => {
  const some = said.filter(({ none }) => !none);
  const none = said.filter((one) => one.none);
  if (some.some((a) => none.some((b) => follows(a, b)))) return true;
  // What passes one test must pass those of all the others where there is one value, and in any case none that no value passes.
  const must = isOne ? some : [];
  const left = (values: readonly Json[]): readonly Json[] =>
    values.filter((value) => must.every(({ passes }) => passes?.(value) !== false) && none.every(({ passes }) => passes?.(value) !== true));
  if (some.some(({ values }) => values !== undefined && left(values).length === 0)) return true;
  return isOne && (["number", "date"] as const).some((of) => isEmpty(some, none, of));
};

/** Does every value that passes `a` pass `b`? */
const follows = (a: Said, b: Said): boolean =>
  a.text === b.text ||
  b.operator === "exists" ||
  (a.range !== undefined && b.range !== undefined && a.range.of === b.range.of && isInside(a.range, b.range));

/** Ranges one value must be in, and half lines it must not be in. */
const isEmpty = (some: readonly Said[], none: readonly Said[], of: Range["of"]): boolean => {
  const inside = some.flatMap(({ range }) => (range?.of === of ? [range] : []));
  const outside = none.flatMap(({ range }) => (range?.of === of ? complement(range) : []));
  if (inside.length === 0) return false;
  const meet = [...inside, ...outside].reduce(intersect);
  return meet.from > meet.to || (meet.from === meet.to && !(meet.withFrom && meet.withTo));
};

const intersect = (a: Range, b: Range): Range => {
  const lower = a.from > b.from || (a.from === b.from && !a.withFrom) ? a : b;
  const upper = a.to < b.to || (a.to === b.to && !a.withTo) ? a : b;
  return { of: a.of, from: lower.from, withFrom: lower.withFrom, to: upper.to, withTo: upper.withTo };
};

const isInside = (a: Range, b: Range): boolean => {
  const meet = intersect(a, b);
  return meet.from === a.from && meet.to === a.to && meet.withFrom === a.withFrom && meet.withTo === a.withTo;
};

/** The rest of the line, where it is in one piece. */
const complement = ({ of, from, to, withFrom, withTo }: Range): readonly Range[] => {
  if (from === Number.NEGATIVE_INFINITY) return [{ of, from: to, withFrom: !withTo, to: Number.POSITIVE_INFINITY, withTo: false }];
  if (to === Number.POSITIVE_INFINITY) return [{ of, from: Number.NEGATIVE_INFINITY, withFrom: false, to: from, withTo: !withFrom }];
  return [];
};

const saidBy = ({ filter, negated }: AttributeLiteral): Said => {
  const wanted: Wanted = "value" in filter ? filter.value : undefined;
  const ignoreCase = "ignoreCase" in filter && filter.ignoreCase === true;
  const { test, negated: isNegative } = testOf(filter.operator, wanted, ignoreCase);
  const operator = isNegative ? positiveOf(filter.operator) : filter.operator;
  return {
    none: isNegative !== negated,
    operator,
    text: stableText({ operator, wanted, ignoreCase }),
    passes: passesOf(test),
    values: ignoreCase ? undefined : valuesOf(operator, wanted),
    range: rangeOf(operator, wanted),
  };
};

/** Tests that time alone turns are not asked here. */
const passesOf = (test: Test): Said["passes"] =>
  test.nextChange === undefined ? (value) => isPresent(value) && test.holds(value, { now: 0, zone: "UTC" }) : undefined;

const positiveOf = (operator: Filter["operator"]): string => (operator === "none-of" ? "one-of" : operator.replace(/^not-/, ""));

const valuesOf = (operator: string, wanted: Wanted): readonly Json[] | undefined => {
  const values =
    operator === "equals" ? [wanted] : operator === "one-of" && Array.isArray(wanted) ? (wanted as readonly Json[]) : undefined; // plain values by the schema
  return values?.flatMap((value) => (value === undefined || Array.isArray(value) ? [] : twins(value))).filter(isPresent);
};

/** Values that equal this one: a number and its canonical text. */
const twins = (value: Json): readonly Json[] => {
  const number = asNumber(value);
  return number === undefined ? [value] : [number, String(number)];
};

const rangeOf = (operator: string, wanted: Wanted): Range | undefined => {
  const line = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, withFrom: false, withTo: false };
  if (operator === "between" && Array.isArray(wanted)) {
    const bounds = wanted as readonly Json[]; // two plain values by the schema
    const isNumber = bounds.every((bound) => asNumber(bound) !== undefined);
    const [from, to] = bounds.map(isNumber ? asNumber : asInstant);
    return from === undefined || to === undefined
      ? undefined
      : { of: isNumber ? "number" : "date", from, to, withFrom: true, withTo: true };
  }
  if (wanted === undefined || typeof wanted === "object") return undefined;
  const [number, date] = [asNumber(wanted), asInstant(wanted)];
  if (number !== undefined && (operator === "at-least" || operator === "greater-than"))
    return { ...line, of: "number", from: number, withFrom: operator === "at-least" };
  if (number !== undefined && (operator === "at-most" || operator === "less-than"))
    return { ...line, of: "number", to: number, withTo: operator === "at-most" };
  if (date !== undefined && operator === "after") return { ...line, of: "date", from: date };
  if (date !== undefined && operator === "before") return { ...line, of: "date", to: date };
  return undefined;
};
