import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { UserEvent } from "../event/event.ts";
import type { Json, JsonObject } from "../json.ts";
import { compileFilter, compileKey, compileWhere } from "./compile-filter.ts";
import { filterSchema, whereSchema } from "./filter-schema.ts";
import { parsePath } from "./path.ts";

const NOW = Date.parse("2026-03-15T12:00:00Z");
const DAY = 86_400_000;
const user: JsonObject = {
  name: "Ann",
  email: "Ann@Example.com",
  age: 30,
  ageText: "30",
  padded: "030",
  zero: 0,
  yes: true,
  no: false,
  yesText: "true",
  nil: null,
  blank: "",
  tags: ["a", "B", 3],
  empty: [],
  items: [
    { sku: "s1", price: 5 },
    { sku: "s2", price: 50, notes: ["x", "y"] },
  ],
  address: { city: "Paris", "post code": 75001 },
  iso: "2026-03-10T12:00:00Z",
  day: "2026-03-10",
  seconds: NOW / 1000 - 3600,
  millis: NOW + 3_600_000,
  big: "99999999999999999999999",
  constructor: "own",
};
const ask = (filter: unknown, root: JsonObject = user, now = NOW, zone = "UTC"): boolean => {
  const compiled = compileFilter(filterSchema.parse(filter));
  return compiled.holds(Object.hasOwn(root, compiled.top) ? root[compiled.top] : undefined, { now, zone });
};
const f = (path: string, operator: string, value?: unknown, more: object = {}): object => ({
  path,
  operator,
  ...(value !== undefined && { value }),
  ...more,
});

describe("filters", () => {
  it.each<[string, object, boolean]>([
    ["text compares exactly", f("name", "equals", "ann"), false],
    ["unless ignoreCase", f("name", "equals", "ann", { ignoreCase: true }), true],
    ["a number equals its canonical text", f("ageText", "equals", 30), true],
    ["and the other way round", f("age", "equals", "30"), true],
    ["text that is not canonical is no number", f("padded", "equals", 30), false],
    ["too large for a double: stays text", f("big", "greater-than", 1), false],
    ["booleans only with booleans", f("yesText", "equals", true), false],
    ["booleans only with booleans, not 1", f("yes", "equals", 1), false],
    ["false is a value", f("no", "equals", false), true],
    ["zero is present", f("zero", "exists"), true],
    ["null is absent", f("nil", "exists"), false],
    ['"" is absent', f("blank", "not-exists"), true],
    ["an empty list is present", f("empty", "exists"), true],
    ["not-equals is true of an absent value", f("missing", "not-equals", "x"), true],
    ["not-contains is true of an absent value", f("missing", "not-contains", "x"), true],
    ["none-of is true of an absent value", f("missing", "none-of", ["x"]), true],
    ["not-within-last is true of an absent value", f("missing", "not-within-last", "P1D"), true],
    ["less-than is false of an absent value", f("missing", "less-than", 5), false],
    ["a path through a list means any element", f("items.price", "greater-than", 40), true],
    ["[*] says so", f("items[*].price", "less-than", 6), true],
    ["[n] means that one", f("items[0].price", "greater-than", 40), false],
    ["lists within lists", f("items.notes[*]", "equals", "y"), true],
    ["negation of any is none", f("items.price", "not-equals", 5), false],
    ["a list itself equals nothing", f("tags", "equals", "a"), false],
    ["elements by [*]", f("tags[*]", "equals", "a"), true],
    ["includes: the list has the value", f("tags", "includes", "a"), true],
    ["includes compares like equals", f("tags", "includes", "3"), true],
    ["includes with ignoreCase", f("tags", "includes", "b", { ignoreCase: true }), true],
    ["includes-any", f("tags", "includes-any", ["z", "a"]), true],
    ["includes-all", f("tags", "includes-all", ["z", "a"]), false],
    ["includes of no list", f("name", "includes", "A"), false],
    ["a quoted part", f('address["post code"]', "at-least", 75001), true],
    ["contains", f("email", "contains", "@example", { ignoreCase: true }), true],
    ["starts-with a number's digits", f("age", "starts-with", "3"), true],
    ["ends-with", f("email", "ends-with", ".com"), true],
    ["between includes its ends", f("age", "between", [30, 40]), true],
    ["between dates", f("iso", "between", ["2026-03-10", "2026-03-11"]), true],
    ["before is strict", f("iso", "before", "2026-03-10T12:00:00Z"), false],
    ["after a date in Unix seconds", f("iso", "after", Date.parse("2026-03-10T11:59:59Z") / 1000), true],
    ["dates by day are midnight UTC", f("day", "equals", "2026-03-10"), true],
    ["seconds below 1e11", f("seconds", "within-last", "PT1H1S"), true],
    ["milliseconds from 1e11", f("millis", "within-next", "PT1H"), true],
    ["the future is not the last", f("millis", "within-last", "PT5H"), false],
    ["the past is not the next", f("iso", "within-next", "P30D"), false],
    ["prototype fields are absent", f("address.toString", "exists"), false],
    ["an own field of a built-in's name", f("constructor", "equals", "own"), true],
    ["length of a list is no field", f("tags.length", "exists"), false],
  ])("%s", (_, filter, expected) => expect(ask(filter)).toBe(expected));

  it("within-last holds from the date until exactly the window later", () => {
    const filter = f("at", "within-last", "PT1H");
    for (const [now, expected] of [
      [NOW - 1, false],
      [NOW, true],
      [NOW + 3_599_999, true],
      [NOW + 3_600_000, false],
    ] as const)
      expect(ask(filter, { at: NOW }, now), String(now - NOW)).toBe(expected);
  });

  it("an anniversary lasts the local day, in later years only; the leap day is the 28th elsewhen", () => {
    const filter = f("born", "anniversary");
    const cases: readonly [string, string, string, boolean][] = [
      ["1990-03-15", "2026-03-15T00:00:00Z", "UTC", true],
      ["1990-03-15", "2026-03-15T23:59:59.999Z", "UTC", true],
      ["1990-03-15", "2026-03-16T00:00:00Z", "UTC", false],
      ["1990-03-15", "2026-03-14T23:00:00Z", "Europe/Berlin", true],
      ["1990-03-15", "2026-03-15T23:00:00Z", "Europe/Berlin", false],
      ["2026-03-15", "2026-03-15T12:00:00Z", "UTC", false],
      ["2024-02-29", "2026-02-28T12:00:00Z", "UTC", true],
      ["2024-02-29", "2028-02-28T12:00:00Z", "UTC", false],
    ];
    for (const [born, now, zone, expected] of cases)
      expect(ask(filter, { born }, Date.parse(now), zone), `${born} at ${now} in ${zone}`).toBe(expected);
    const compiled = compileFilter(filterSchema.parse(filter));
    const next = (born: string, now: number) => compiled.nextChange?.(born, { now, zone: "Europe/Berlin" });
    expect(next("1990-03-15", NOW)).toBe(Date.parse("2026-03-15T23:00:00Z"));
    expect(next("1990-03-15", NOW + DAY)).toBe(Date.parse("2027-03-14T23:00:00Z"));
    expect(next("1990-03-16", NOW)).toBe(Date.parse("2026-03-15T23:00:00Z"));
    expect(next("2030-07-01", NOW)).toBe(Date.parse("2031-06-30T22:00:00Z"));
    expect(next("not a date", NOW)).toBeUndefined();
  });

  it("an anniversary changes exactly at its nextChange, in zones with clock changes too", () => {
    const date = fc.integer({ min: 0, max: 365 * 40 }).map((days) => days * DAY);
    const compiled = compileFilter(filterSchema.parse(f("born", "anniversary")));
    fc.assert(
      fc.property(
        date,
        fc.integer({ min: 0, max: 2 * 365 * 24 }),
        fc.constantFrom("Europe/Berlin", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia", "UTC"),
        (born, hours, zone) => {
          const now = NOW + hours * 3_600_000;
          const ask = (at: number) => compiled.holds(born < 1e11 ? born / 1000 : born, { now: at, zone });
          const change = compiled.nextChange?.(born < 1e11 ? born / 1000 : born, { now, zone }) ?? 0;
          expect(change).toBeGreaterThan(now);
          expect(ask(change - 1)).toBe(ask(now));
          expect(ask(change)).toBe(!ask(now));
        },
      ),
    );
  });

  it("negative operators are the exact negation of their positive ones, whatever the value", () => {
    const pairs = [
      ["equals", "not-equals"],
      ["contains", "not-contains"],
    ] as const;
    const value = fc.oneof(fc.string({ minLength: 1 }), fc.integer({ min: -3, max: 3 }));
    fc.assert(
      fc.property(
        fc.constantFrom(...pairs),
        value,
        fc.jsonValue(),
        fc.constantFrom("v", "v.a", "v[*]", "v[0]"),
        ([positive, negative], wanted, json, path) => {
          const root = { v: json as Json };
          expect(ask(f(path, negative, wanted), root)).toBe(!ask(f(path, positive, wanted), root));
          expect(ask(f(path, "none-of", [wanted]), root)).toBe(!ask(f(path, "one-of", [wanted]), root));
          expect(ask(f(path, "not-exists"), root)).toBe(!ask(f(path, "exists"), root));
        },
      ),
    );
  });

  it("equals a naive oracle that first lists every value at the path", () => {
    const leaf = fc.oneof(
      fc.constantFrom<Json>("", null, "5", "5.0", "abc", "ABC", true, false, "true", "2026-03-15"),
      fc.integer({ min: 4, max: 6 }),
    );
    const value: fc.Arbitrary<Json> = fc.oneof(
      leaf,
      fc.array(leaf, { maxLength: 3 }),
      fc.record({ a: leaf }),
      fc.array(fc.record({ a: leaf }), { maxLength: 3 }),
    );
    const wanted = fc.constantFrom<string | number | boolean>("5", 5, "abc", "true", true, false);
    fc.assert(
      fc.property(
        value,
        fc.constantFrom("v", "v.a", "v[*]", "v[*].a", "v[1]"),
        fc.constantFrom(...Object.keys(naive)),
        wanted,
        (json, path, operator, want) => {
          const filter =
            operator === "at-least"
              ? f(path, operator, 5)
              : operator.endsWith("exists")
                ? f(path, operator)
                : f(path, operator, operator === "contains" && typeof want === "boolean" ? "t" : want);
          const used = "value" in filter ? (filter.value as Json) : null;
          expect(ask(filter, { v: json })).toBe(valuesAt({ v: json }, path).some((found) => naive[operator]?.(found, used)));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

/** The oracle's operators on one present value. */
const naive: Readonly<Record<string, (found: Json, wanted: Json) => boolean>> = {
  exists: () => true,
  equals: (found, wanted) =>
    typeof found !== "object" &&
    (typeof found === "boolean" || typeof wanted === "boolean" ? found === wanted : String(found) === String(wanted)),
  "at-least": (found) =>
    (typeof found === "number" && found >= 5) || (typeof found === "string" && /^[1-9]\d*$/.test(found) && Number(found) >= 5),
  contains: (found, wanted) => (typeof found === "string" || typeof found === "number") && String(found).includes(String(wanted)),
  includes: (found, wanted) =>
    Array.isArray(found) && found.some((element: Json) => element !== null && element !== "" && naive["equals"]?.(element, wanted)),
};

const valuesAt = (root: Json, path: string): readonly Json[] => {
  let values: Json[] = [root];
  for (const part of path.match(/\w+|\[\d+\]|\[\*\]/g) ?? []) {
    values = values.flatMap((value): Json[] => {
      if (part === "[*]") return Array.isArray(value) ? [...(value as Json[])] : [];
      if (part.startsWith("[")) return Array.isArray(value) ? [(value as Json[])[Number(part.slice(1, -1))] ?? null] : [];
      const holders = Array.isArray(value) ? (value as Json[]).flat(5) : [value];
      return holders.flatMap((holder) =>
        typeof holder === "object" && holder !== null && !Array.isArray(holder) ? [(holder as JsonObject)[part] ?? null] : [],
      );
    });
  }
  return values.filter((value) => value !== null && value !== "");
};

describe("parsePath", () => {
  it("reads dotted names, indexes, every element and quoted names", () => {
    expect(parsePath("address.city")).toEqual(["address", "city"]);
    expect(parsePath("items[0].sku")).toEqual(["items", 0, "sku"]);
    expect(parsePath("tags[*]")).toEqual(["tags", null]);
    expect(parsePath('["first name"]["a\\"b"].größe_2-x')).toEqual(["first name", 'a"b', "größe_2-x"]);
  });
  it.each([
    "",
    ".",
    "a.",
    ".a",
    "a..b",
    "a b",
    "a[",
    "a[-1]",
    "a[x]",
    "[0]",
    "[*].a",
    "a.[0]",
    "a[0]b",
    "$.a",
    "a['b']",
    'a["',
    "a/b",
    "a".repeat(501),
  ])("refuses %j", (text) => expect(parsePath(text)).toBeUndefined());
});

describe("event filters", () => {
  const order: UserEvent = {
    id: "e1",
    type: "track",
    event: "Order",
    properties: {
      total: "20",
      items: [
        { sku: "a", n: 1 },
        { sku: "b", n: 2 },
      ],
      due: "2026-03-17",
    },
    context: { page: { url: "/x" } },
    time: NOW,
    receivedAt: NOW + DAY * 30,
    index: 0,
    key: "client",
  };
  const where = (...filters: object[]): boolean => compileWhere(whereSchema.parse(filters))(order);

  it("start at the event and must all hold on it", () => {
    expect(where(f("properties.total", "at-least", 20), f("context.page.url", "equals", "/x"))).toBe(true);
    expect(where(f("properties.total", "at-least", 20), f("properties.total", "less-than", 20))).toBe(false);
    expect(where()).toBe(true);
  });
  it("ask operators over time at the event's own time", () => expect(where(f("properties.due", "within-next", "P3D"))).toBe(true));
  it("keys are the text of a plain value, and nothing else is a key", () => {
    expect(compileKey("properties.total")(order)).toBe("20");
    expect(compileKey("properties.items[1].n")(order)).toBe("2");
    expect(compileKey("properties.items")(order)).toBeNull();
    expect(compileKey("properties.missing")(order)).toBeNull();
  });
});
