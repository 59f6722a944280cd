import * as z from "zod";

/** A name is for people, and so is a kind that the rest tells: a script may leave both out. */
export const named = <T extends z.ZodType>(schema: T): z.ZodPreprocess<T> =>
  z.preprocess((given) => {
    if (typeof given !== "object" || given === null || !("key" in given)) return given;
    const goals = "goals" in given && Array.isArray(given.goals) ? { goals: given.goals.map((goal: unknown) => withName(goal)) } : {};
    return { name: given.key, ...("condition" in given && { kind: "dynamic" }), ...given, ...goals };
  }, schema);

const withName = (given: unknown): unknown =>
  typeof given === "object" && given !== null && "key" in given ? { name: given.key, ...given } : given;
