import * as z from "zod";
import type { StepType } from "../step.ts";
import { stepCommon, stepKey } from "../step-fields.ts";

/** Shares are sums of decimals: 33.3 + 33.3 + 33.4 is a hundred. */
const ROUNDING = 1e-6;

const schema = z.lazy(() =>
  z.strictObject({
    type: z.literal("split"),
    paths: z
      .array(z.strictObject({ name: z.string().min(1).max(200).optional(), percent: z.number().min(0).max(100), next: stepKey }))
      .min(2)
      .max(50)
      .superRefine((paths, context) => {
        const sum = paths.reduce((total, { percent }) => total + percent, 0);
        if (Math.abs(sum - 100) > ROUNDING)
          context.addIssue({ code: "custom", message: `the percents of all paths make 100 together, not ${Number(sum.toFixed(6))}` });
      }),
    ...stepCommon,
  }),
);

/**
 * Shares users out by chance: the same user takes the same path for ever. Shares are laid end to end in the order of the
 * paths, so that a boundary which moves takes along only those between where it was and where it is.
 */
export const split: StepType<z.output<typeof schema>> = {
  type: "split",
  schema,
  edges: (step) => step.paths.map((path, index) => ({ path: ["paths", index, "next"], to: path.next })),
  enter: (step, scope) => {
    const place = scope.sample(`${scope.run.journey}/${scope.run.position.step}`);
    let end = 0;
    // Rounding may leave a gap before 100: it belongs to the last path that has a share.
    const last = step.paths.findLastIndex(({ percent }) => percent > 0);
    for (const [index, path] of step.paths.entries()) {
      end += path.percent;
      if ((place < end && path.percent > 0) || index === last)
        return { kind: "go", to: path.next, path: path.name ?? String(index), because: { clause: `share ${path.percent} %` } };
    }
    throw new Error("expected a split whose shares make 100");
  },
};
