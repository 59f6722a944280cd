/**
 * A stable 105-bit hash of a text as 20 base36 characters: the same in every runtime and for ever (ids and definition
 * hashes are made of it). Not cryptographic: never a secret, never a defence.
 *
 * Two cyrb53 passes (public domain, bryc/code) with different seeds.
 */
export const hashText = (text: string): string => pass(text, 0x51ed270b) + pass(text, 0x2545f491);

const pass = (text: string, seed: number): string => {
  let high = 0xdeadbeef ^ seed;
  let low = 0x41c6ce57 ^ seed;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36).padStart(10, "0").slice(-10);
};

/** JSON with sorted keys and without undefined fields: equal data gives equal text, whatever order it was written in. */
export const stableText = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(stableText).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${stableText(field)}`).join(",")}}`;
};
