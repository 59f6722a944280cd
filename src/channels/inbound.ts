import { sameText } from "./bytes.ts";
import type { InboundCall, InboundReading, ProviderReport } from "./provider.ts";

/** A JSON object whose fields are anything. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** The value, or an empty object where it is none: what is missing is then undefined, however deep it was looked for. */
export const recordOf = (value: unknown): JsonRecord =>
  // Checked: a JSON object is a record of unknown values.
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonRecord) : {};

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A text that is not empty. */
export const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** What a table has for a word; undefined for words it does not have, and for what is no word. */
export const lookUp = <T>(table: Readonly<Record<string, T>>, word: unknown): T | undefined =>
  typeof word === "string" && Object.hasOwn(table, word) ? table[word] : undefined;

/** An ISO 8601 instant in ms. Fractions finer than a millisecond are cut off. */
export const instantOf = (value: unknown): number | undefined => {
  const at = typeof value === "string" ? Date.parse(value.replace(/(\.\d{3})\d+/, "$1")) : Number.NaN;
  return Number.isFinite(at) ? at : undefined;
};

/** Seconds since the epoch, as a number or text, in ms. */
export const secondsOf = (value: unknown): number | undefined => {
  const seconds =
    typeof value === "number" ? value : typeof value === "string" && /^\d{1,12}(?:\.\d+)?$/.test(value) ? Number(value) : undefined;
  return seconds === undefined || !Number.isFinite(seconds) ? undefined : Math.round(seconds * 1000);
};

/** The body as JSON; undefined for anything else. */
export const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

type Loose<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** A report with only what is known; what it says for people on one line, at most 500 characters. */
export const reportOf = (fields: Loose<ProviderReport> & Pick<ProviderReport, "id" | "status">): ProviderReport => {
  const known = Object.entries({ ...fields, reason: fields.reason === undefined ? undefined : oneLine(fields.reason) }).filter(
    ([, value]) => value !== undefined && value !== "" && value !== false,
  );
  // Only undefined, empty and false fields went, all of them optional.
  return Object.fromEntries(known) as unknown as ProviderReport;
};

const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, 500);

export const refused = (reason: string, status?: number): InboundReading => ({
  kind: "refused",
  reason,
  ...(status !== undefined && { status }),
});

/** What comes from our own clock's future is refused too; clocks differ by this much. */
const aheadMs = 5 * 60_000;

/** Why an instant under the signature is not to be believed; undefined where it may be. */
export const untimely = (saidAt: number | undefined, call: InboundCall, toleranceMs: number): string | undefined => {
  if (saidAt === undefined) return "no instant";
  if (saidAt < call.at - toleranceMs) return "too old";
  return saidAt > call.at + aheadMs ? "from the future" : undefined;
};

/**
 * For providers that sign nothing: one secret, given as the password of Basic, as a Bearer token, or in `x-webhook-secret`,
 * whichever the provider can be told to send.
 */
export const hasSecret = async (call: InboundCall, secret: string | undefined): Promise<boolean> => {
  if (secret === undefined) return false;
  const authorization = call.headers["authorization"] ?? "";
  const [scheme = "", value = ""] = authorization.split(/ +/, 2);
  const given =
    call.headers["x-webhook-secret"] ??
    (scheme.toLowerCase() === "bearer" ? value : scheme.toLowerCase() === "basic" ? passwordOf(value) : undefined);
  return given !== undefined && sameText(given, secret);
};

const passwordOf = (value: string): string | undefined => {
  try {
    const text = new TextDecoder().decode(Uint8Array.from(atob(value), (char) => char.charCodeAt(0)));
    return text.slice(text.indexOf(":") + 1);
  } catch {
    return undefined;
  }
};
