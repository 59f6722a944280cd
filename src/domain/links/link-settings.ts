import * as z from "zod";

/** An address without path: "https://go.example.com". Plain HTTP only for this machine. */
const origin = z
  .string()
  .max(300)
  .regex(
    /^(?:https:\/\/[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+|http:\/\/(?:localhost|127\.0\.0\.1))(?::\d{1,5})?\/?$/,
    "an https address in small letters, without path, such as https://go.example.com",
  )
  .transform((text) => text.replace(/\/$/, ""));

const parameter = z.string().min(1).max(200).optional();

/** `{journey}`, `{step}`, `{template}` and `{channel}` stand for the message's own. */
const utm = z.strictObject({ source: parameter, medium: parameter, campaign: parameter, term: parameter, content: parameter });

/** Words of the pages: what a workspace says differently, or in a language that is not built in. */
const words = z.record(z.string().regex(/^[a-zA-Z]{1,40}$/), z.string().min(1).max(1_000));

/** How links in messages look and what they tell. Source: docs/language.md, Links and tracking. */
export const linkSettingsSchema = z.strictObject({
  /** Where links lead, instead of the address of the installation; it must lead to this Worker. */
  domain: origin.optional(),
  /** Where mail programs that unsubscribe by mail write to: a mailbox whose mail this Worker is given (docs/operations.md). */
  mailbox: z
    .string()
    .max(254)
    .regex(
      /^[A-Za-z0-9._-]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/,
      "an address such as unsubscribe@mail.example.com",
    )
    .optional(),
  opens: z.boolean().optional(),
  clicks: z.boolean().optional(),
  utm: utm.optional(),
  page: z
    .strictObject({
      color: z
        .string()
        .regex(/^#[0-9a-fA-F]{6}$/, "a colour such as #0a7d55")
        .optional(),
      logo: z
        .url({ protocol: /^https$/ })
        .max(1_000)
        .optional(),
      texts: z
        .record(z.string().regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}$/, "a language tag such as sv"), words)
        .refine((texts) => Object.keys(texts).length <= 100, "at most 100 languages")
        .optional(),
    })
    .optional(),
});

export type LinkSettings = z.output<typeof linkSettingsSchema>;
