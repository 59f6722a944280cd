type Schema = Readonly<Record<string, unknown>>;
type Resolve = (schema: unknown) => Schema;

export interface Checked {
  readonly success: boolean;
  readonly error?: { readonly issues: readonly string[] };
}

/**
 * Checks a value against a JSON Schema as OpenAPI documents use it: types, properties, items, enums, lengths, patterns,
 * allOf, anyOf, oneOf. Stricter than JSON Schema in one thing: a property that no part of the schema names is refused, so that
 * a misspelt one is found. `format` is not checked.
 */
export const check = (schema: unknown, value: unknown, resolve: Resolve): Checked => {
  const issues = issuesOf(schema, value, { resolve, path: "" });
  return issues.length === 0 ? { success: true } : { success: false, error: { issues } };
};

interface At {
  readonly resolve: Resolve;
  readonly path: string;
  /** Properties that the schema around it names (of `allOf` and its kind). */
  readonly known?: ReadonlySet<string>;
}

const issuesOf = (unresolved: unknown, value: unknown, at: At): string[] => {
  if (typeof unresolved === "boolean") return unresolved ? [] : [`${at.path}: nothing is allowed here`];
  const schema = at.resolve(unresolved);
  const known = namesOf(schema, at);
  const inner: At = { ...at, ...(known && { known }) };
  return [
    ...typeIssues(schema, value, at),
    ...choiceIssues(schema, value, inner),
    ...(typeof value === "string" ? textIssues(schema, value, at) : []),
    ...(Array.isArray(value) ? listIssues(schema, value, at) : []),
    ...(isRecord(value) ? objectIssues(schema, value, inner) : []),
  ];
};

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const typeOf = (value: unknown): string => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);

const typeIssues = (schema: Schema, value: unknown, { path }: At): string[] => {
  const types = [schema["type"] ?? []].flat();
  const actual = typeOf(value);
  const fits =
    types.length === 0 ||
    types.includes(actual) ||
    (actual === "number" && types.includes("integer") && Number.isInteger(value)) ||
    (value === null && schema["nullable"] === true);
  const allowed = Array.isArray(schema["enum"]) && !schema["enum"].includes(value) ? [`${path}: not one of ${String(schema["enum"])}`] : [];
  const constant = "const" in schema && schema["const"] !== value ? [`${path}: not ${String(schema["const"])}`] : [];
  return [...(fits ? [] : [`${path}: expected ${types.join(" or ")}, got ${actual}`]), ...allowed, ...constant];
};

const textIssues = (schema: Schema, value: string, { path }: At): string[] => {
  const { pattern, minLength, maxLength } = schema;
  return [
    ...(typeof pattern === "string" && !new RegExp(pattern, "u").test(value) ? [`${path}: does not fit ${pattern}`] : []),
    ...(typeof minLength === "number" && value.length < minLength ? [`${path}: too short`] : []),
    ...(typeof maxLength === "number" && value.length > maxLength ? [`${path}: too long`] : []),
  ];
};

const listIssues = (schema: Schema, value: readonly unknown[], at: At): string[] => {
  const { items, minItems, maxItems } = schema;
  return [
    ...(typeof minItems === "number" && value.length < minItems ? [`${at.path}: too few`] : []),
    ...(typeof maxItems === "number" && value.length > maxItems ? [`${at.path}: too many`] : []),
    ...(items === undefined
      ? []
      : value.flatMap((item, index) => issuesOf(items, item, { resolve: at.resolve, path: `${at.path}[${index}]` }))),
  ];
};

const objectIssues = (schema: Schema, value: Record<string, unknown>, at: At): string[] => {
  const properties = isRecord(schema["properties"]) ? schema["properties"] : {};
  const extra = schema["additionalProperties"];
  const missing = listOf(schema["required"]).filter((name) => value[String(name)] === undefined);
  return [
    ...missing.map((name) => `${at.path}: ${String(name)} is missing`),
    ...Object.entries(value).flatMap(([name, item]) => {
      const place = { resolve: at.resolve, path: `${at.path}.${name}` };
      if (Object.hasOwn(properties, name)) return issuesOf(properties[name], item, place);
      if (isRecord(extra)) return at.known?.has(name) === true ? [] : issuesOf(extra, item, place);
      return at.known === undefined || at.known.has(name) ? [] : [`${place.path}: the contract does not name it`];
    }),
  ];
};

const choiceIssues = (schema: Schema, value: unknown, at: At): string[] => {
  const of = (name: string) => listOf(schema[name]).map((member) => issuesOf(member, value, at));
  const all = of("allOf").flat();
  return [
    ...all,
    ...["anyOf", "oneOf"].flatMap((name) => {
      const members = of(name);
      return members.length === 0 || members.some((issues) => issues.length === 0)
        ? []
        : members.reduce((a, b) => (b.length < a.length ? b : a));
    }),
  ];
};

/** Every property that the schema or a part of it names; undefined where it says nothing of properties or allows any. */
const namesOf = (schema: Schema, at: At, depth = 0): ReadonlySet<string> | undefined => {
  if (depth > 10 || schema["additionalProperties"] === true) return undefined;
  const parts = ["allOf", "anyOf", "oneOf"].flatMap((name) => listOf(schema[name])).map(at.resolve);
  const names = [
    ...(isRecord(schema["properties"]) ? Object.keys(schema["properties"]) : []),
    ...parts.flatMap((part) => [...(namesOf(part, at, depth + 1) ?? [])]),
    ...(at.known ?? []),
  ];
  // An object about which nothing is said may hold anything.
  return names.length === 0 && schema["additionalProperties"] !== false ? undefined : new Set(names);
};
