import * as z from "zod";
import { consentSources } from "../domain/consent/proof.ts";
import { instant } from "./management.ts";

const proof = z.object({
  source: z.enum(consentSources),
  text: z.string().optional().describe("what the person was shown, or wrote"),
  message: z.string().optional().describe("the message whose link was used"),
  ip: z.string().optional(),
  userAgent: z.string().optional(),
});

/** A change of consent: `kind` subscription, suppressed or unsuppressed, with what shows that it was wanted. */
export const consentEntrySchema = z.looseObject({
  number: z.int(),
  kind: z.enum(["subscription", "suppressed", "unsuppressed"]),
  at: instant,
  topic: z.string().optional(),
  channel: z.string().optional(),
  address: z.string().optional(),
  state: z.enum(["opted-in", "opted-out", "pending"]).optional(),
  reason: z.string().optional(),
  proof: proof
    .extend({
      of: z
        .object({ user: z.string(), anonymous: z.boolean(), at: instant, proof: proof.optional() })
        .optional()
        .describe("source merge: the word itself, said of a user who became this one"),
    })
    .optional(),
});

/** `address` null: the whole channel ("*": all of them) of a user; `user` null: an address of the list, whoever has it. */
export const suppressionSchema = z.object({
  channel: z.string(),
  address: z.string().nullable(),
  user: z.string().nullable(),
  anonymous: z.boolean(),
  reason: z.string(),
  source: z.string(),
  createdAt: instant,
});
