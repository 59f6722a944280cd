import { type FoundKey, maxKeyLength, readKey } from "../src/storage/control/keys.ts";
import type { Env } from "./env.ts";

/** A revoked key works at most this long on an isolate that saw it before. */
const knownForMs = 60_000;
/** A key just made is refused at most this long where it was tried too early. */
const unknownForMs = 5_000;
const maxEntries = 10_000;

interface Entry {
  readonly key: FoundKey | undefined;
  readonly until: number;
}

// Two maps: whoever tries random keys can only push out other refusals.
const known = new Map<string, Entry>();
const unknown = new Map<string, Entry>();

const remember = (text: string, key: FoundKey | undefined, now: number): void => {
  const map = key === undefined ? unknown : known;
  if (map.size >= maxEntries) {
    const oldest = map.keys().next().value;
    if (oldest !== undefined) map.delete(oldest);
  }
  map.set(text, { key, until: now + (key === undefined ? unknownForMs : knownForMs) });
};

/**
 * The key behind a text, or undefined when it is unknown, revoked or expired. Found keys are kept in the isolate for 60 s,
 * refusals for 5 s. Throws when D1 does not answer.
 */
export const findKey = async (env: Pick<Env, "DB">, text: string, now: number = Date.now()): Promise<FoundKey | undefined> => {
  if (text === "" || text.length > maxKeyLength) return undefined;
  const cached = known.get(text) ?? unknown.get(text);
  let key = cached?.key;
  if (cached === undefined || cached.until <= now) {
    key = await readKey(env.DB, text);
    known.delete(text);
    unknown.delete(text);
    remember(text, key, now);
  }
  return key !== undefined && (key.expiresAt === null || key.expiresAt > now) ? key : undefined;
};

/** Forgets every key at once on this isolate: for the call that revoked one. */
export const forgetKeys = (): void => {
  known.clear();
  unknown.clear();
};
