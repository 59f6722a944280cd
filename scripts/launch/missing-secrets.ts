import { randomBytes } from "node:crypto";

/**
 * Secrets that the Worker has not got yet, generated. They are handed over and never shown.
 *
 * @param list runs `wrangler secret list`
 * @throws Error where it cannot be known which there are: a new TERN_SECRET in the place of one that is there would close
 *   every sealed setting and every link for ever
 */
export const missingSecrets = async (list: () => Promise<string>): Promise<Readonly<Record<string, string>>> => {
  const names = await namesOf(list);
  return {
    ...(names.has("TERN_SECRET") ? {} : { TERN_SECRET: randomBytes(32).toString("base64") }),
    ...(names.has("SETUP_TOKEN") ? {} : { SETUP_TOKEN: randomBytes(24).toString("base64url") }),
  };
};

const namesOf = async (list: () => Promise<string>): Promise<ReadonlySet<string>> => {
  try {
    const output = await list();
    // Beside what wrangler says otherwise, "[WARNING]" for one.
    const listed: unknown = JSON.parse(/\[\s*(?:\{[^]*\}\s*)?\]/.exec(output)?.[0] ?? "");
    if (!Array.isArray(listed)) throw new Error("expected a list");
    return new Set(listed.map((one: { readonly name?: unknown }) => String(one.name)));
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    // What wrangler says of a Worker that is not deployed yet: it has none.
    if (/Worker "[^"]+"[^\n]* not found/.test(said)) return new Set();
    throw new Error(`The Worker's secrets could not be listed, so none are set: ${said}`, { cause: error });
  }
};
