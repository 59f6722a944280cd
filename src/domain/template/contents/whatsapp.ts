import * as z from "zod";
import type { ContentKind } from "./content-kind.ts";

const schema = z.lazy(() =>
  z
    .strictObject({
      /** A template the provider has approved, by its name there; parameters in the order of its places. */
      template: z
        .strictObject({
          name: z.string().min(1).max(512),
          language: z.string().min(2).max(20),
          parameters: z.array(z.string().min(1).max(1_024)).max(50).default([]),
        })
        .optional(),
      body: z.string().min(1).max(4_096).optional(),
    })
    .refine(({ template, body }) => (template === undefined) !== (body === undefined), {
      path: ["template"],
      error: "either an approved template or a body",
    }),
);

/** A WhatsApp message: an approved template, or text within 24 hours of the user's last message. */
export const whatsapp: ContentKind<typeof schema> & { readonly channel: "whatsapp" } = {
  channel: "whatsapp",
  schema,
  build: ({ template, body }, print) => ({
    channel: "whatsapp",
    ...(template !== undefined && {
      template: {
        name: template.name,
        language: template.language,
        // Line breaks, and more than four spaces in a row, are refused in them.
        // Source: developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes, 132018.
        parameters: template.parameters.map((parameter, index) =>
          print(`template.parameters.${index}`, parameter, "line").replace(/ {5,}/g, "    "),
        ),
      },
    }),
    ...(body !== undefined && { body: print("body", body, "text") }),
  }),
};
