import type * as z from "zod";

type Issue = z.core.$ZodIssue;

/** What a schema's kind is called by those who write JSON. */
const kinds: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  null: "null",
};

/** The library's own sentences, which schemas replace where they know better; those are kept as they are. */
const own = /^Invalid (?:input|option|discriminator value)\b/u;
const missing = /, received undefined$/u;

const oneOf = (values: readonly unknown[]): string => (values.length === 1 ? String(values[0]) : `one of ${values.join(", ")}`);

/** What was expected in the place itself, where that is a kind or a choice; undefined for anything else. */
const expected = (issue: Issue): string | undefined => {
  if (!own.test(issue.message)) return undefined;
  if (issue.code === "invalid_type") return kinds[issue.expected];
  if (issue.code === "invalid_value") return oneOf(issue.values);
  if (issue.code !== "invalid_union") return undefined;
  if ("options" in issue && Array.isArray(issue.options)) return oneOf(issue.options);
  const branches = issue.errors.map(([first, ...more]) => (first === undefined || more.length > 0 ? undefined : expected(first)));
  return branches.length > 0 && branches.every((branch) => branch !== undefined) ? [...new Set(branches)].join(" or ") : undefined;
};

const isMissing = (issue: Issue): boolean =>
  issue.code === "invalid_union" && issue.errors.length > 0
    ? issue.errors.every((branch) => branch.some(isMissing))
    : missing.test(issue.message);

const units: Readonly<Record<string, string>> = { string: " characters", array: " items" };

/** A bound that was passed: "has to have at most 20 characters"; undefined for anything else. */
const bound = (issue: Issue): string | undefined => {
  if ((issue.code !== "too_big" && issue.code !== "too_small") || !/^Too (?:big|small): expected/u.test(issue.message)) return undefined;
  const unit = units[issue.origin];
  if (unit === undefined && issue.origin !== "number" && issue.origin !== "int") return undefined;
  if (issue.code === "too_small" && unit !== undefined && issue.minimum === 1) return "may not be empty";
  const side = issue.code === "too_big" ? "most" : "least";
  const strictly = issue.inclusive === false ? (issue.code === "too_big" ? "less than" : "more than") : `at ${side}`;
  const limit = issue.code === "too_big" ? issue.maximum : issue.minimum;
  return `has to ${unit === undefined ? "be" : "have"} ${strictly} ${limit}${unit ?? ""}`;
};

/** What is wrong with a place of an input, in the words of the API: "is required: a text", "has to be one of email, sms". */
export const issueWords = (issue: Issue): string => {
  const words = expected(issue);
  if (words === undefined) return bound(issue) ?? issue.message;
  return `${isMissing(issue) ? "is required:" : "has to be"} ${words}`;
};
