import type { Json } from "../json.ts";
import { windowMs } from "../schedule/duration.ts";
import { anniversaryChange, isAnniversary } from "../schedule/anniversary.ts";
import { asInstant, asNumber, asText, isEqual } from "./value.ts";

/** When and where a value is asked about: the instant in ms and the user's zone. */
export interface Moment {
  readonly now: number;
  readonly zone: string;
}

/** An operator with its value: the test of one present value. */
export interface Test {
  readonly holds: (value: Json, moment: Moment) => boolean;
  /** Only where the truth depends on time: the first instant > now at which it may change. */
  readonly nextChange?: (value: Json, moment: Moment) => number | undefined;
}

/** How an operator makes its test of the definition's value (already through the filter's schema). */
type MakeTest = (wanted: Wanted, ignoreCase: boolean) => Test;
export type Wanted = string | number | boolean | readonly (string | number | boolean)[] | undefined;

const list = (wanted: Wanted): readonly (string | number | boolean)[] =>
  Array.isArray(wanted) ? (wanted as readonly (string | number | boolean)[]) : []; // Array.isArray does not narrow readonly lists

const equals: MakeTest = (wanted, ignoreCase) => {
  const [only] = [wanted as Json]; // the schema lets only a plain value through
  return { holds: (value) => isEqual(value, only ?? null, ignoreCase) };
};

const oneOf: MakeTest = (wanted, ignoreCase) => {
  const values = list(wanted);
  return { holds: (value) => values.some((one) => isEqual(value, one, ignoreCase)) };
};

const textTest =
  (compare: (text: string, wanted: string) => boolean): MakeTest =>
  (wanted, ignoreCase) => {
    const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
    const sought = fold(String(wanted));
    return {
      holds: (value) => {
        const text = asText(value);
        return text !== undefined && compare(fold(text), sought);
      },
    };
  };

const numberTest =
  (compare: (number: number, wanted: number) => boolean): MakeTest =>
  (wanted) => {
    const bound = asNumber(wanted as Json) ?? Number.NaN; // the schema lets only numbers through; NaN compares with nothing
    return {
      holds: (value) => {
        const number = asNumber(value);
        return number !== undefined && compare(number, bound);
      },
    };
  };

/** Between two numbers or two dates, both ends included. */
const between: MakeTest = (wanted) => {
  const bounds = list(wanted);
  const read = bounds.every((bound) => asNumber(bound) !== undefined) ? asNumber : asInstant;
  const [low = Number.NaN, high = Number.NaN] = bounds.map(read);
  return {
    holds: (value) => {
      const position = read(value);
      return position !== undefined && position >= low && position <= high;
    },
  };
};

const elementTest =
  (quantifier: "some" | "every"): MakeTest =>
  (wanted, ignoreCase) => {
    const values = Array.isArray(wanted) ? list(wanted) : [wanted as string | number | boolean]; // `includes` has one plain value
    return {
      holds: (value) =>
        Array.isArray(value) && values[quantifier]((one) => value.some((element: Json) => isEqual(element, one, ignoreCase))),
    };
  };

const dateTest =
  (compare: (instant: number, wanted: number) => boolean): MakeTest =>
  (wanted) => {
    const bound = asInstant(wanted as Json) ?? Number.NaN; // the schema lets only dates through
    return {
      holds: (value) => {
        const instant = asInstant(value);
        return instant !== undefined && compare(instant, bound);
      },
    };
  };

/** A date is in the window from `from` (included) to `to` (excluded), both measured from the date. */
const windowTest = (from: number, to: number): Test => ({
  holds: (value, { now }) => {
    const date = asInstant(value);
    return date !== undefined && now >= date + from && now < date + to;
  },
  nextChange: (value, { now }) => {
    const date = asInstant(value);
    if (date === undefined) return undefined;
    return now < date + from ? date + from : now < date + to ? date + to : undefined;
  },
});

/** Like event windows: within the last PT1H from the date itself until exactly an hour later, then no longer. */
const withinLast: MakeTest = (wanted) => windowTest(0, windowMs(String(wanted)));
/** From exactly a window before the date until the date itself, then no longer. */
const withinNext: MakeTest = (wanted) => windowTest(-windowMs(String(wanted)), 0);

const anniversary: MakeTest = () => ({
  holds: (value, { now, zone }) => {
    const date = asInstant(value);
    return date !== undefined && isAnniversary(date, now, zone);
  },
  nextChange: (value, { now, zone }) => {
    const date = asInstant(value);
    return date === undefined ? undefined : anniversaryChange(date, now, zone);
  },
});

const exists: MakeTest = () => ({ holds: () => true });

/** The positive operators: all false of an absent value. */
const positive = {
  equals,
  "one-of": oneOf,
  exists,
  contains: textTest((text, wanted) => text.includes(wanted)),
  "starts-with": textTest((text, wanted) => text.startsWith(wanted)),
  "ends-with": textTest((text, wanted) => text.endsWith(wanted)),
  "greater-than": numberTest((number, wanted) => number > wanted),
  "at-least": numberTest((number, wanted) => number >= wanted),
  "less-than": numberTest((number, wanted) => number < wanted),
  "at-most": numberTest((number, wanted) => number <= wanted),
  between,
  includes: elementTest("some"),
  "includes-any": elementTest("some"),
  "includes-all": elementTest("every"),
  before: dateTest((instant, wanted) => instant < wanted),
  after: dateTest((instant, wanted) => instant > wanted),
  "within-last": withinLast,
  "within-next": withinNext,
  anniversary,
} as const satisfies Record<string, MakeTest>;

/** The negative operators: exact negations, so true of an absent value. */
const negative = {
  "not-equals": "equals",
  "none-of": "one-of",
  "not-exists": "exists",
  "not-contains": "contains",
  "not-within-last": "within-last",
} as const satisfies Record<string, keyof typeof positive>;

export type Operator = keyof typeof positive | keyof typeof negative;

const isNegative = (operator: Operator): operator is keyof typeof negative => Object.hasOwn(negative, operator);

/** The positive test behind an operator, and whether the filter is its negation. */
export const testOf = (operator: Operator, wanted: Wanted, ignoreCase: boolean): { readonly test: Test; readonly negated: boolean } => {
  const negated = isNegative(operator);
  return { test: positive[negated ? negative[operator] : operator](wanted, ignoreCase), negated };
};
