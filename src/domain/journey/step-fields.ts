import * as z from "zod";

/** Key of a step within its journey. Not "constructor", the one such name that every object already has. */
export const stepKey = z.lazy(() =>
  z
    .string()
    .regex(
      /^(?!constructor$)[a-z0-9][a-z0-9-]{0,63}$/,
      'a step key is 1 to 64 lower-case letters, digits and hyphens, and not "constructor"',
    ),
);

const coordinate = z.lazy(() => z.number().finite().min(-1e6).max(1e6));

/** What every step may have beside its own fields: a name for people, and its place on the canvas. */
export const stepCommon = {
  name: z.lazy(() => z.string().min(1).max(200).optional()),
  description: z.lazy(() => z.string().max(2_000).optional()),
  position: z.lazy(() => z.strictObject({ x: coordinate, y: coordinate }).optional()),
};
