import type { ConditionJson } from "./condition.ts";

/** A condition inside another, with its place there. */
export interface NestedCondition {
  readonly path: string;
  readonly condition: ConditionJson;
}

/** The conditions directly inside one that passed `conditionSchema`, in the order of the definition. */
export const nestedConditions = (condition: ConditionJson): readonly NestedCondition[] => [
  ...("condition" in condition && isCondition(condition.condition) ? [{ path: "condition", condition: condition.condition }] : []),
  ...("conditions" in condition && Array.isArray(condition.conditions)
    ? (condition.conditions as readonly unknown[]).flatMap((nested, index) =>
        // any[] by Array.isArray
        isCondition(nested) ? [{ path: `conditions.${index}`, condition: nested }] : [],
      )
    : []),
];

const isCondition = (value: unknown): value is ConditionJson =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
