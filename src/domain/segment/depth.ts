/** Far deeper than people nest, far shallower than a stack. */
const MAX_DEPTH = 20;
const MAX_CONDITIONS = 200;

/** What is wrong with the nesting of a condition not yet validated; undefined when it may be walked. Walks without recursion. */
export const depthProblem = (root: unknown): string | undefined => {
  let level: readonly unknown[] = [root];
  let count = 0;
  for (let depth = 0; level.length > 0; depth++) {
    count += level.length;
    if (depth >= MAX_DEPTH) return `Conditions are nested more than ${MAX_DEPTH} deep`;
    if (count > MAX_CONDITIONS) return `One definition holds more than ${MAX_CONDITIONS} conditions`;
    level = level.flatMap(nestedIn);
  }
  return undefined;
};

const nestedIn = (condition: unknown): readonly unknown[] => {
  if (typeof condition !== "object" || condition === null) return [];
  const one = "condition" in condition ? [condition.condition] : [];
  const many = "conditions" in condition && Array.isArray(condition.conditions) ? (condition.conditions as readonly unknown[]) : []; // any[] by Array.isArray
  return [...one, ...many];
};
