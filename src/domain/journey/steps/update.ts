import * as z from "zod";
import { asNumber } from "../../filter/value.ts";
import { keyProblem } from "../../template/contents/key-problem.ts";
import { Unprintable } from "../../template/liquid.ts";
import { attributePath, liquidField, liquidJson } from "../liquid-field.ts";
import { printed, printFields } from "../printed.ts";
import type { StepChange, StepScope, StepType } from "../step.ts";
import { stepCommon, stepKey } from "../step-fields.ts";

const MAX_PATHS = 50;
const isFew = (paths: object): boolean => Object.keys(paths).length <= MAX_PATHS;
const few = { error: `at most ${MAX_PATHS} attributes` };

const schema = z.lazy(() =>
  z
    .strictObject({
      type: z.literal("update"),
      set: z.record(attributePath, liquidJson, keyProblem).refine(isFew, few).optional(),
      increment: z
        .record(attributePath, z.union([z.number().finite(), liquidField(4_000)]), keyProblem)
        .refine(isFew, few)
        .optional(),
      unset: z.array(attributePath).min(1).max(MAX_PATHS).optional(),
      next: stepKey.optional(),
      ...stepCommon,
    })
    .refine((step) => step.set !== undefined || step.increment !== undefined || step.unset !== undefined, {
      error: "an update step needs `set`, `increment` or `unset`",
    }),
);
type Update = z.output<typeof schema>;

/**
 * Changes the user's attributes, all of them or, where a piece of Liquid cannot be printed, none: then the run goes on by
 * the path "unprintable" and says why. Segments and exits are asked again before the next step.
 */
export const update: StepType<Update> = {
  type: "update",
  schema,
  edges: (step) => (step.next === undefined ? [] : [{ path: ["next"], to: step.next }]),
  enter: (step, scope) => {
    const change = printed(() => changeOf(step, scope));
    return change.ok
      ? { kind: "go", to: step.next, changes: [change.value] }
      : { kind: "go", to: step.next, path: "unprintable", because: { clause: change.reason } };
  },
};

const changeOf = ({ set = {}, increment = {}, unset = [] }: Update, scope: StepScope): StepChange => ({
  kind: "attributes",
  set: printFields(scope, "set", set),
  increment: Object.fromEntries(Object.entries(increment).map(([path, by]) => [path, numberOf(scope, `increment.${path}`, by)])),
  unset,
});

const numberOf = (scope: StepScope, path: string, by: number | string): number => {
  if (typeof by === "number") return by;
  const value = scope.value(path, by);
  const number = asNumber(value);
  if (number === undefined) throw new Unprintable(`${path}: ${JSON.stringify(value)} is not a number`);
  return number;
};
