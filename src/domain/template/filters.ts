import type { Filter, Liquid } from "liquidjs";
import { isZone } from "../schedule/calendar.ts";
import { printValue } from "./budget.ts";
import { PrintContext } from "./print-context.ts";

/** Adds what templates have beyond standard Liquid: dates by the instant of rendering and by zones, money and numbers by locale. */
export const addFilters = (engine: Liquid): void => {
  for (const name of ["date", "date_to_xmlschema", "date_to_rfc822", "date_to_string", "date_to_long_string"])
    engine.registerFilter(name, dateFilter(engine.filters[name], name === "date" ? 1 : undefined));
  engine.registerFilter("money", money);
  engine.registerFilter("number", number);
  engine.registerFilter("plural", plural);
};

/**
 * "now" and "today" are the instant the message is rendered for, not the machine's clock. A zone of "user" is the user's own
 * (the attribute `timezone`), or the workspace's; any other must be one that Intl knows. `zoneAt`: which argument is the zone.
 */
const dateFilter = (filter: Liquid["filters"][string] | undefined, zoneAt: number | undefined): Filter => {
  if (typeof filter !== "function") throw new Error("expected liquidjs to have the date filters as functions");
  return function (value, ...rest) {
    const { context } = this;
    if (!(context instanceof PrintContext)) return filter.call(this, value, ...rest);
    const isNow = value === "now" || value === "today";
    const given = rest.map((argument, index) => (index === zoneAt ? zoneFor(argument, context) : argument));
    return filter.call(this, isNow ? new Date(context.settings.now).toISOString() : inSeconds(value), ...given);
  };
};

/** Numbers from 1e11 on are milliseconds, as in filters of conditions; Liquid takes all for seconds. */
const inSeconds = (value: unknown): unknown => {
  const instant = typeof value === "number" ? value : typeof value === "string" && /^\d{12,15}$/.test(value) ? Number(value) : 0;
  return instant >= 1e11 && instant <= 8.64e15 ? new Date(instant).toISOString() : value;
};

const zoneFor = (wanted: unknown, { settings: { scope } }: PrintContext): unknown => {
  if (typeof wanted !== "string") return wanted;
  if (wanted !== "user") {
    if (isZone(wanted)) return wanted;
    throw new Error(`"${wanted.slice(0, 100)}" is no zone: it is an IANA name such as "Europe/Berlin", or "user"`);
  }
  const own = scope.user["timezone"];
  const workspace = scope.workspace["timezone"];
  return typeof own === "string" && isZone(own) ? own : typeof workspace === "string" && isZone(workspace) ? workspace : "UTC";
};

/** `{{ 12.5 | money: "EUR" }}`: an amount in the currency's main unit, as the template's locale writes it. */
const money: Filter = function (value, currency, locale) {
  if (value === null || value === undefined) return undefined;
  if (typeof currency !== "string" || !/^[A-Z]{3}$/i.test(currency))
    throw new Error('money needs a currency by its three letters: {{ price | money: "EUR" }}');
  return formatterOf(localeFor(this.context, locale), { style: "currency", currency: currency.toUpperCase() }).format(
    amountOf(value, "money"),
  );
};

/** `{{ 1234.5 | number }}`, `{{ 2 | number: 2 }}`: a number as the template's locale writes it, with so many decimals. */
const number: Filter = function (value, decimals, locale) {
  if (value === null || value === undefined) return undefined;
  if (decimals !== undefined && !(Number.isInteger(decimals) && Number(decimals) >= 0 && Number(decimals) <= 20))
    throw new Error("number takes how many decimals to write, 0 to 20: {{ rate | number: 2 }}");
  const digits = decimals === undefined ? {} : { minimumFractionDigits: Number(decimals), maximumFractionDigits: Number(decimals) };
  return formatterOf(localeFor(this.context, locale), digits).format(amountOf(value, "number"));
};

/**
 * `{{ count | plural: one: "# item", other: "# items" }}`: the form that the language has for the number, which stands for each
 * `#`. Which forms a language has: unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html. `other` stands in for the rest.
 */
const plural: Filter = function (value, ...rest) {
  if (value === null || value === undefined) return undefined;
  const forms = new Map(rest.filter(isNamed).map(([name, form]) => [name, printValue(form)]));
  const unknown = [...forms.keys()].find((name) => !pluralForms.has(name));
  const other = forms.get("other");
  if (other === undefined || unknown !== undefined || forms.size !== rest.length)
    throw new Error('plural needs forms by name, "other" among them: {{ count | plural: one: "# item", other: "# items" }}');
  const amount = amountOf(value, "plural");
  const locale = localeFor(this.context, undefined);
  const form = (amount === 0 ? forms.get("zero") : undefined) ?? forms.get(rulesOf(locale).select(amount)) ?? other;
  return form.replaceAll("#", () => formatterOf(locale, {}).format(amount));
};

const pluralForms = new Set(["zero", "one", "two", "few", "many", "other"]);

/** liquidjs gives `name: value` as a pair. */
const isNamed = (argument: unknown): argument is readonly [string, unknown] =>
  Array.isArray(argument) && argument.length === 2 && typeof argument[0] === "string";

const rules = new Map<string, Intl.PluralRules>();
const rulesOf = (locale: string): Intl.PluralRules => {
  const known = rules.get(locale);
  if (known !== undefined) return known;
  if (rules.size > 500) rules.clear();
  const made = new Intl.PluralRules(locale);
  rules.set(locale, made);
  return made;
};

const localeFor = (context: unknown, wanted: unknown): string => {
  if (typeof wanted === "string" && wanted !== "") {
    try {
      return Intl.getCanonicalLocales(wanted)[0] ?? "en";
    } catch {
      throw new Error(`"${wanted.slice(0, 100)}" is no locale`);
    }
  }
  return context instanceof PrintContext ? context.settings.locale : "en";
};

const amountOf = (value: unknown, filter: string): number => {
  const text = printValue(value).trim();
  const amount = typeof value === "number" ? value : text === "" ? Number.NaN : Number(text);
  if (Number.isFinite(amount)) return amount;
  throw new Error(`${filter} takes a number, not "${text.slice(0, 100)}"`);
};

const formatters = new Map<string, Intl.NumberFormat>();

/** Making one costs a thousand times what using it does. */
const formatterOf = (locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat => {
  const name = `${locale} ${JSON.stringify(options)}`;
  let formatter = formatters.get(name);
  if (formatter === undefined) {
    if (formatters.size > 500) formatters.clear();
    try {
      formatter = new Intl.NumberFormat(locale, options);
    } catch (problem) {
      throw new Error(problem instanceof Error ? problem.message : "Intl refuses the number's form", { cause: problem });
    }
    formatters.set(name, formatter);
  }
  return formatter;
};
