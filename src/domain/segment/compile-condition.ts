import { Fault } from "../fault.ts";
import type { CompileContext, CompiledCondition, ConditionJson, ConditionType } from "./condition.ts";
import { conditionTypes } from "./conditions/all.ts";

const typesByName: ReadonlyMap<string, ConditionType<ConditionJson>> = new Map(
  // Each type only ever meets conditions its own schema let through, so the narrower parameter is safe.
  conditionTypes.map((type) => [type.type, type as unknown as ConditionType<ConditionJson>]),
);

/** Where a condition stands: see CompileContext. */
export type CompileOptions = Omit<CompileContext, "compile">;

/**
 * Makes a condition (already through `conditionSchema`) ready to be asked.
 * Throws Fault `bad-definition` where it says what only makes sense elsewhere (`since` outside a journey).
 */
export const compileCondition = (condition: ConditionJson, options: CompileOptions): CompiledCondition => {
  const type = typesByName.get(condition.type);
  if (type === undefined)
    throw new Fault("bad-definition", `Unknown condition type "${condition.type}"`, [
      { path: `${options.path}.type`, message: "unknown condition type" },
    ]);
  return type.compile(condition, {
    ...options,
    compile: (nested, path) => compileCondition(nested, { ...options, path: `${options.path}.${path}` }),
  });
};
