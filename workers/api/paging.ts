import * as z from "zod";
import { Fault } from "../../src/domain/fault.ts";

/** Query parameters of every list. */
export const paging = { limit: z.coerce.number().int().min(1).max(200).default(50), cursor: z.string().max(2000).optional() };

/** A cursor is the key of the last row seen, as JSON in base64url: opaque to callers, checked on its way back. */
export const toCursor = (position: readonly (string | number)[]): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(position))))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

/** @throws Fault bad-cursor */
export const fromCursor = <T extends z.ZodType>(cursor: string | undefined, schema: T): z.output<T> | undefined => {
  if (cursor === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
    return schema.parse(JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes)));
  } catch {
    throw new Fault("bad-cursor");
  }
};
