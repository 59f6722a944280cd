import type { CatalogDocument } from "../src/domain/catalog/catalog.ts";
import { compileCatalog } from "../src/domain/catalog/compile.ts";
import { Fault } from "../src/domain/fault.ts";
import { commitCatalog, readCatalog } from "../src/storage/control/catalogs.ts";
import { readWorkspace } from "../src/storage/control/workspaces.ts";
import type { Env } from "./env.ts";

/** How one change looks against the catalog that is live: the next one (its version is filled in) and the rows that go with it. */
export interface Edit<T> {
  readonly document: CatalogDocument;
  readonly statements: readonly D1PreparedStatement[];
  readonly answer: T;
}

/** Publishers that meet try again this often; each round one of them gets through. */
const maxTries = 10;

/**
 * Changes what is published: reads the live catalog, lets `edit` make the next one, compiles it (a definition that does not
 * hold together is refused here and nothing is stored) and commits it under the next version, with its rows, in one
 * transaction. When somebody else was faster the edit is made again on theirs.
 *
 * @param edit undefined = nothing to change, the answer is the live version. Called again for each try: it must read afresh what it decides by.
 * @throws Fault bad-definition, and whatever `edit` throws; try-again after ten lost races
 */
export const changeCatalog = async <T>(
  env: Env,
  workspace: string,
  edit: (live: CatalogDocument) => Promise<Edit<T> | { readonly unchanged: T }>,
): Promise<{ readonly version: number; readonly answer: T }> => {
  for (let round = 0; round < maxTries; round++) {
    const live = await readLive(env, workspace);
    const made = await edit(live);
    if ("unchanged" in made) return { version: live.version, answer: made.unchanged };
    const document: CatalogDocument = { ...made.document, version: live.version + 1 };
    compileCatalog(document);
    if (await commitCatalog(env.DB, document, { now: Date.now(), statements: made.statements }))
      return { version: document.version, answer: made.answer };
  }
  throw new Fault("try-again", "Others are publishing at the same moment");
};

/** The live definitions; of a workspace that has none yet, version 0 of nothing. @throws Fault not-found */
export const readLive = async (env: Env, workspace: string): Promise<CatalogDocument> => {
  const row = await readWorkspace(env.DB, workspace);
  if (row === undefined) throw new Fault("not-found", "There is no such workspace");
  if (row.catalog_version === 0)
    return { workspace, version: 0, name: row.name, timezone: row.timezone, segments: [], journeys: [], templates: [], providers: [] };
  const document = await readCatalog(env.DB, workspace, row.catalog_version);
  if (document === undefined) throw new Error(`the live catalog ${workspace}@${row.catalog_version} is not stored`);
  return document;
};

/** The list with this one put in its place, ordered by key. */
export const withDefinition = <T extends { readonly key: string }>(list: readonly T[], definition: T): readonly T[] =>
  [...list.filter(({ key }) => key !== definition.key), definition].toSorted((a, b) => (a.key < b.key ? -1 : 1));

export const withoutDefinition = <T extends { readonly key: string }>(list: readonly T[], key: string): readonly T[] =>
  list.filter((one) => one.key !== key);

/** If-Match of a request against what is there. @throws Fault changed-meanwhile */
export const checkIfMatch = (request: Request, etag: string | undefined): void => {
  const wanted = ifMatchOf(request);
  if (wanted === undefined || (wanted.includes("*") && etag !== undefined)) return;
  if (etag === undefined || !wanted.includes(etag)) throw new Fault("changed-meanwhile");
};

/** The entity tags of If-Match, unquoted; weak ones are taken as strong, since a proxy that compresses weakens them. */
const ifMatchOf = (request: Request): readonly string[] | undefined =>
  request.headers
    .get("if-match")
    ?.split(",")
    .map((tag) => tag.trim().replace(/^W\//, "").replaceAll('"', ""));
