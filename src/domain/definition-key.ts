import * as z from "zod";

/** Key of a definition, chosen by people and used in URLs. Source: docs/language.md. */
export const definitionKey = z.lazy(() =>
  z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "a key is 1 to 64 lower-case letters, digits and hyphens, and begins with a letter or digit"),
);
