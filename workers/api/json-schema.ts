import * as z from "zod";
import { conditionSchema } from "../../src/domain/segment/conditions/all.ts";

type Json = Readonly<Record<string, unknown>>;

/** Schemas kept once and referred to, by name. */
export type Components = Record<string, Json>;

interface Wanted {
  /** What parts that refer to themselves are named after. */
  readonly name: string;
  readonly io: "input" | "output";
  readonly components: Components;
}

/** Components to begin with: those given, and Condition, which contains itself. */
export const componentSchemas = (schemas: Readonly<Record<string, z.ZodType>>): Components => {
  const components: Components = {};
  // Conditions are checked for depth before they are checked for shape; the shape is the second half of that pipe.
  const wanted = { name: "Condition", io: "input", components } as const;
  components["Condition"] = hoist(convert(conditionSchema.unwrap().out, "input"), wanted);
  for (const [name, schema] of Object.entries(schemas)) components[name] = schemaOf(schema, { name, io: "output", components });
  return components;
};

/** JSON Schema 2020-12, as OpenAPI 3.1 wants it; what a schema cannot say (a check in code) is left out. */
export const schemaOf = (schema: z.ZodType, wanted: Wanted): Json => {
  const json = convert(schema, wanted.io);
  const hoisted = hoist(json, wanted);
  if (!JSON.stringify(hoisted).includes(`"${pointer(wanted.name)}"`)) return hoisted;
  wanted.components[wanted.name] = hoisted; // it contains itself
  return { $ref: pointer(wanted.name) };
};

const convert = (schema: z.core.$ZodType, io: Wanted["io"]): Json => {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema !== (conditionSchema as z.core.$ZodType)) return;
      for (const name of Object.keys(jsonSchema)) delete jsonSchema[name];
      jsonSchema.$ref = pointer("Condition");
    },
  }) as Record<string, unknown>; // an object for every schema that is one of ours
  return json;
};

const pointer = (name: string): string => `#/components/schemas/${name}`;

/** A schema's own definitions are local to it; in the document they have to be components. */
const hoist = (json: Json, { name, components }: Wanted): Json => {
  const { $defs = {}, ...root } = json as { $defs?: Readonly<Record<string, Json>> } & Record<string, unknown>; // where JSON Schema keeps them
  const moved = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(moved);
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(
      Object.entries(node).map(([key, value]) => [key, key === "$ref" && typeof value === "string" ? target(value, name) : moved(value)]),
    );
  };
  for (const [own, definition] of Object.entries($defs)) components[`${name}.${own}`] = moved(definition) as Json; // an object stays one
  return moved(root) as Json; // as above
};

const target = (ref: string, name: string): string =>
  ref === "#" ? pointer(name) : ref.startsWith("#/$defs/") ? pointer(`${name}.${ref.slice("#/$defs/".length)}`) : ref;
