import type { Json } from "../json.ts";

/** Kinds of values, as bits in this order: 1, 2, 4, 8, 16. The order is stored: append only. */
export const valueTypes = ["text", "number", "boolean", "list", "object"] as const;
export type ValueType = (typeof valueTypes)[number];

/** The kind of a value; undefined for none (null, ""). */
export const typeOfValue = (value: Json): ValueType | undefined => {
  if (value === null || value === "") return undefined;
  if (Array.isArray(value)) return "list";
  if (typeof value === "string") return "text";
  if (typeof value === "number") return "number";
  return typeof value === "boolean" ? "boolean" : "object";
};

export const bitOf = (type: ValueType | undefined): number => (type === undefined ? 0 : 1 << valueTypes.indexOf(type));

export const typesOf = (bits: number): readonly ValueType[] => valueTypes.filter((_, index) => (bits & (1 << index)) !== 0);
