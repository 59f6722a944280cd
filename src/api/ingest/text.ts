import { utf8Length } from "./utf8-length.ts";
import { Refused } from "./verdict.ts";

/** Longest ids and names, in UTF-8 bytes: an object's name holds at most 1,024, and it holds a user's id. */
export const maxBytes = {
  userId: 512,
  anonymousId: 512,
  previousId: 512,
  groupId: 512,
  messageId: 256,
  event: 256,
  name: 512,
  category: 512,
} as const;
export type TextField = keyof typeof maxBytes;

/** A NUL would cut the text short in SQLite's functions; a lone surrogate has no UTF-8 and would become another user's id. */
const checked = (text: string, field: TextField): string => {
  const limit = maxBytes[field];
  if (text.length * 3 > limit && utf8Length(text) > limit) throw new Refused(field, "too-long", `${field} must be at most ${limit} bytes`);
  if (text.includes("\0") || !text.isWellFormed()) throw new Refused(field, "bad-text", `${field} must be well-formed text without NUL`);
  return text;
};

/** Reads a text; undefined when absent, null or empty (clients send null and "" for "none"). */
export const readText = (value: unknown, field: TextField): string | undefined => {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") throw new Refused(field, "wrong-type", `${field} must be text`);
  return checked(value, field);
};

/** Reads an id: a text, or a number taken as its text. Numbers that JSON could not carry exactly are refused: two users would become one. */
export const readId = (value: unknown, field: TextField): string | undefined => {
  if (typeof value !== "number") return readText(value, field);
  if (Number.isSafeInteger(value)) return String(value);
  throw new Refused(field, "wrong-type", `${field} must be text or a whole number of at most 15 digits`);
};
