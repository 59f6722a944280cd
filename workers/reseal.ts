import { listSealed, replaceSealed } from "../src/storage/control/sealed.ts";
import type { Env } from "./env.ts";
import { presentPrefix, seal, unseal } from "./seal.ts";

/** Rows of one page, and pages of one call: whoever has more calls again. */
const rowsPerPage = 100;
const pages = 50;

export interface Resealed {
  readonly resealed: number;
  /** Rows that could not be opened: with a secret that is not given. */
  readonly failed: number;
  /** More may be left. */
  readonly more: boolean;
}

/**
 * Seals what earlier secrets sealed anew with the present one, so that they can be taken away. Safe to repeat and to
 * interrupt; a row that changes meanwhile keeps what it was changed to.
 */
export const reseal = async (env: Env): Promise<Resealed> => {
  const prefix = await presentPrefix(env);
  let [resealed, failed] = [0, 0];
  let after = { workspace: "", kind: "", key: "" };
  for (let page = 0; page < pages; page++) {
    const rows = await listSealed(env.DB, { prefix, after, limit: rowsPerPage });
    for (const row of rows) {
      const place = `${row.workspace}/${row.kind}/${row.key}`;
      try {
        await replaceSealed(env.DB, row, await seal(env, place, await unseal(env, place, row.sealed)));
        resealed++;
      } catch (error) {
        failed++;
        console.error(JSON.stringify({ what: "not sealed anew", place, error: String(error) }));
      }
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsPerPage) return { resealed, failed, more: false };
    after = last;
  }
  return { resealed, failed, more: true };
};
