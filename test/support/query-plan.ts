import { env } from "cloudflare:workers";

/** The database, and how it goes about the last query it was given: one line for each time it reads the table. */
export const planned = () => {
  let query = "";
  const db = { prepare: (text: string) => env.DB.prepare((query = text)) } as unknown as D1Database; // all that is asked of it
  const plan = async (table: string, ...bound: readonly unknown[]): Promise<readonly string[]> => {
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${query}`)
      .bind(...bound)
      .all<{ detail: string }>();
    return results.map(({ detail }) => detail).filter((detail) => detail.includes(table));
  };
  return { db, plan };
};
