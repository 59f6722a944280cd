import * as z from "zod";

/** Name of a header that a definition may set on a call to the customer's own endpoint. */
export const headerName = z.lazy(() =>
  z
    .string()
    .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, "a header name has letters, digits and hyphens")
    .refine(
      (name) => !/^(?:host|content-length|connection|transfer-encoding|idempotency-key|cf-.*)$/i.test(name),
      "this header is set by the platform",
    ),
);
