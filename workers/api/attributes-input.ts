import * as z from "zod";
import { limits } from "../../src/api/ingest/batch.ts";
import { readObject } from "../../src/api/ingest/object.ts";
import { utf8Length } from "../../src/api/ingest/utf8-length.ts";
import { Refused } from "../../src/api/ingest/verdict.ts";

/** What an identify call may carry, and no more: depth, number and size. Takes nested "__proto__" keys out, in place. */
const attributesProblem = (value: object): string | undefined => {
  try {
    const text = JSON.stringify(readObject(value, "attributes"));
    return utf8Length(text) > limits.itemBytes ? `attributes are larger than ${limits.itemBytes / 1024} KB` : undefined;
  } catch (error) {
    if (error instanceof Refused) return error.refusal.message;
    throw error;
  }
};

/** Attributes in a body: of a user, a group, a membership. */
export const attributesSchema = z.record(z.string().min(1).max(255), z.unknown()).superRefine((value, context) => {
  const message = attributesProblem(value);
  if (message !== undefined) context.addIssue({ code: "custom", message });
});
