import { Fault } from "../../src/domain/fault.ts";
import { readBounded } from "../read-bounded.ts";

/** Largest body of the management API, bytes: an email template with its locales fits many times over. */
export const maxBodyBytes = 1_000_000;

/** The body as text, never holding more than `limit` bytes of it. @throws Fault too-large, bad-json (not UTF-8) */
export const readBody = async (request: Request, limit = maxBodyBytes): Promise<string> => {
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge(limit);
  const bytes = await readBounded(request.body, limit);
  if (bytes === undefined) throw tooLarge(limit);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new Fault("bad-json", "The body is not valid UTF-8");
  }
};

const tooLarge = (limit: number): Fault => new Fault("too-large", `The body may hold ${limit} bytes`);

/** Deepest nesting of a body: far beyond what any schema takes, far before checking it could exhaust the stack. */
const maxDepth = 100;

/** JSON of a body; an empty body is undefined, so that POSTs without options need none. @throws Fault bad-json, bad-input (nested too deep) */
export const parseBody = (text: string): unknown => {
  if (text.trim() === "") return undefined;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw new Fault("bad-json", error instanceof Error ? `The body is not valid JSON: ${error.message}` : undefined);
  }
  if (isDeeperThan(body, maxDepth)) throw new Fault("bad-input", `The body is nested deeper than ${maxDepth} levels`);
  return body;
};

const isDeeperThan = (value: unknown, depth: number): boolean => {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((child) => isDeeperThan(child, depth - 1));
};
