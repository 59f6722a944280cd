import type { CatalogDocument, CatalogProvider, PublishedJourney } from "../../domain/catalog/catalog.ts";
import type { JourneyDefinition } from "../../domain/journey/journey.ts";
import type { TopicDefinition } from "../../domain/consent/topic.ts";
import type { LinkSettings } from "../../domain/links/link-settings.ts";
import type { SegmentDefinition } from "../../domain/segment/segment.ts";
import type { CatalogStream } from "../../domain/stream/stream.ts";
import type { WorkspaceRules } from "../../domain/sending/rules.ts";
import type { TemplateDefinition } from "../../domain/template/template.ts";
import { Fault } from "../../domain/fault.ts";

/** What a row of `catalogs` keeps: the names of everything published under one version. Bodies are kept once, by content hash or journey version. */
export interface Manifest {
  readonly name: string;
  readonly timezone: string;
  readonly segments: readonly NamedBody[];
  readonly templates: readonly NamedBody[];
  readonly journeys: readonly (Omit<PublishedJourney, "definition"> & { readonly key: string })[];
  readonly providers: readonly CatalogProvider[];
  readonly topics?: readonly NamedBody[];
  readonly streams?: readonly CatalogStream[];
  readonly rules?: WorkspaceRules;
  readonly links?: LinkSettings;
  readonly listed?: true;
}

export interface NamedBody {
  readonly key: string;
  readonly hash: string;
}

/** Version of the live catalog; 0 for a workspace that has none (or does not exist). */
export const readLiveVersion = async (db: D1Database, workspace: string): Promise<number> =>
  (await db.prepare("SELECT catalog_version AS v FROM workspaces WHERE id = ?").bind(workspace).first<{ v: number }>())?.v ?? 0;

/**
 * The catalog stored under a version, in one round trip; undefined when there is none. What is stored was checked by the
 * strict schemas on its way in and never changes, so it is not checked again here.
 */
export const readCatalog = async (db: D1Database, workspace: string, version: number): Promise<CatalogDocument | undefined> => {
  const named = (list: "segments" | "templates" | "topics") =>
    db
      .prepare(
        `SELECT b.body FROM catalogs c, json_each(c.body, '$.${list}') n
         JOIN definition_bodies b ON b.workspace = c.workspace AND b.hash = n.value ->> 'hash'
         WHERE c.workspace = ? AND c.version = ? ORDER BY n.key`,
      )
      .bind(workspace, version);
  const [manifests, segments, templates, topics, journeys] = await db.batch<{ body: string }>([
    db.prepare("SELECT body FROM catalogs WHERE workspace = ? AND version = ?").bind(workspace, version),
    named("segments"),
    named("templates"),
    named("topics"),
    db
      .prepare(
        `SELECT j.body FROM catalogs c, json_each(c.body, '$.journeys') n
         JOIN journey_versions j ON j.workspace = c.workspace AND j.key = n.value ->> 'key' AND j.version = n.value ->> 'version'
         WHERE c.workspace = ? AND c.version = ? ORDER BY n.key`,
      )
      .bind(workspace, version),
  ]);
  const stored = manifests?.results[0]?.body;
  if (stored === undefined) return undefined;
  const manifest = JSON.parse(stored) as Manifest; // written by commitCatalog
  const definitions = bodiesOf<JourneyDefinition>(journeys, manifest.journeys.length, workspace, version);
  return {
    workspace,
    version,
    name: manifest.name,
    timezone: manifest.timezone,
    segments: bodiesOf<SegmentDefinition>(segments, manifest.segments.length, workspace, version),
    templates: bodiesOf<TemplateDefinition>(templates, manifest.templates.length, workspace, version),
    journeys: manifest.journeys.map(({ key: _key, ...published }, i) => {
      const definition = definitions[i];
      if (definition === undefined) throw new Error(`journey ${i} of catalog ${workspace}@${version} was counted and is gone`);
      return { ...published, definition };
    }),
    providers: manifest.providers,
    ...(manifest.topics && { topics: bodiesOf<TopicDefinition>(topics, manifest.topics.length, workspace, version) }),
    ...(manifest.rules && { rules: manifest.rules }),
    ...(manifest.streams && { streams: manifest.streams }),
    ...(manifest.links && { links: manifest.links }),
    ...(manifest.listed && { listed: manifest.listed }),
  };
};

/** The rules that are live; undefined = none. */
export const readRules = async (db: D1Database, workspace: string): Promise<WorkspaceRules | undefined> => {
  const row = await db
    .prepare(
      `SELECT c.body -> '$.rules' AS rules FROM workspaces w JOIN catalogs c ON c.workspace = w.id AND c.version = w.catalog_version
       WHERE w.id = ?`,
    )
    .bind(workspace)
    .first<{ rules: string | null }>();
  return row?.rules === undefined || row.rules === null ? undefined : (JSON.parse(row.rules) as WorkspaceRules); // checked by the strict schema before it was stored
};

/** How links look, as it is live; undefined = nothing said. */
export const readLinkSettings = async (db: D1Database, workspace: string): Promise<LinkSettings | undefined> => {
  const row = await db
    .prepare(
      `SELECT c.body -> '$.links' AS links FROM workspaces w JOIN catalogs c ON c.workspace = w.id AND c.version = w.catalog_version
       WHERE w.id = ?`,
    )
    .bind(workspace)
    .first<{ links: string | null }>();
  return row?.links === undefined || row.links === null ? undefined : (JSON.parse(row.links) as LinkSettings); // checked by the strict schema before it was stored
};

/** The streams of a version, without the rest of the catalog: asked by whoever hands on what happened. */
export const readCatalogStreams = async (db: D1Database, workspace: string, version: number): Promise<readonly CatalogStream[]> => {
  const row = await db
    .prepare("SELECT body -> '$.streams' AS streams FROM catalogs WHERE workspace = ? AND version = ?")
    .bind(workspace, version)
    .first<{ streams: string | null }>();
  return row === null || row.streams === null ? [] : (JSON.parse(row.streams) as readonly CatalogStream[]); // written by commitCatalog
};

/** Parses joined bodies; a missing one would silently drop a definition, so their number is checked. */
const bodiesOf = <T>(
  result: D1Result<{ body: string }> | undefined,
  expected: number,
  workspace: string,
  version: number,
): readonly T[] => {
  const rows = result?.results ?? [];
  if (rows.length !== expected) throw new Error(`catalog ${workspace}@${version} names ${expected} bodies, ${rows.length} are stored`);
  return rows.map((row) => JSON.parse(row.body) as T); // checked by the strict schema before it was stored
};

/** Published versions of journeys, for runs pinned to them: "key@version" -> definition. Unknown ones are left out. */
export const readJourneyVersions = async (
  db: D1Database,
  workspace: string,
  wanted: readonly { readonly key: string; readonly version: number }[],
): Promise<readonly { readonly key: string; readonly version: number; readonly definition: JourneyDefinition }[]> => {
  const { results } = await db
    .prepare(
      `SELECT j.key, j.version, j.body FROM json_each(?2) n
       JOIN journey_versions j ON j.workspace = ?1 AND j.key = n.value ->> 'key' AND j.version = n.value ->> 'version'`,
    )
    .bind(workspace, JSON.stringify(wanted))
    .all<{ key: string; version: number; body: string }>();
  return results.map(({ key, version, body }) => ({ key, version, definition: JSON.parse(body) as JourneyDefinition })); // as above
};

/** Catalogs kept behind the live one: far more than any isolate, queue message or alarm can still be working with. */
const catalogsKept = 100;

/** All bodies of a catalog together, characters: an isolate holds several catalogs whole, in 128 MB. */
const maxCatalogLength = 16_000_000;

/** What goes with a new version, in its transaction. */
export interface CatalogCommit {
  /** ms since the epoch */
  readonly now: number;
  /** Runs first: the workspace itself, where it is new. */
  readonly before?: readonly D1PreparedStatement[];
  readonly statements: readonly D1PreparedStatement[];
}

/**
 * Stores the document as the next immutable version, moves the workspace to it and runs the statements that go with it,
 * all in one transaction, provided the live version is still `document.version - 1`.
 *
 * @returns false when somebody else published meanwhile: nothing was changed.
 * @throws Fault too-large when the definitions together are more than an isolate should hold
 */
export const commitCatalog = async (
  db: D1Database,
  document: CatalogDocument,
  { now, before = [], statements }: CatalogCommit,
): Promise<boolean> => {
  const { workspace, version } = document;
  const segments = await Promise.all(document.segments.map(bodyOf));
  const templates = await Promise.all(document.templates.map(bodyOf));
  const topics = await Promise.all((document.topics ?? []).map(bodyOf));
  const manifest: Manifest = {
    name: document.name,
    timezone: document.timezone,
    segments: segments.map(({ key, hash }) => ({ key, hash })),
    templates: templates.map(({ key, hash }) => ({ key, hash })),
    journeys: document.journeys.map(({ definition, ...published }) => ({ ...published, key: definition.key })),
    providers: document.providers,
    ...(topics.length > 0 && { topics: topics.map(({ key, hash }) => ({ key, hash })) }),
    ...(document.rules && { rules: document.rules }),
    ...(document.streams && document.streams.length > 0 && { streams: document.streams }),
    ...(document.links && { links: document.links }),
    ...(document.listed && { listed: document.listed }),
  };
  const length = [...segments, ...templates, ...topics].reduce(
    (sum, { body }) => sum + body.length,
    JSON.stringify(document.journeys).length,
  );
  if (length > maxCatalogLength)
    throw new Fault("too-large", `The published definitions of a workspace may hold ${maxCatalogLength} characters together`);
  const missing = await missingBodies(db, workspace, [...segments, ...templates, ...topics]);
  try {
    await db.batch([
      ...before,
      // The comparison of the compare-and-set: when the live version has moved, the key is NULL, which the table refuses, and the whole batch is undone.
      db
        .prepare(
          `INSERT INTO catalogs (workspace, version, body, created_at)
           VALUES (?1, (SELECT catalog_version + 1 FROM workspaces WHERE id = ?1 AND catalog_version = ?2), ?3, ?4)`,
        )
        .bind(workspace, version - 1, JSON.stringify(manifest), now),
      db.prepare("UPDATE workspaces SET catalog_version = ?2 WHERE id = ?1").bind(workspace, version),
      ...missing.map(({ hash, body }) =>
        db.prepare("INSERT OR IGNORE INTO definition_bodies (workspace, hash, body) VALUES (?, ?, ?)").bind(workspace, hash, body),
      ),
      ...statements,
      db.prepare("DELETE FROM catalogs WHERE workspace = ? AND version < ?").bind(workspace, version - catalogsKept),
    ]);
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes("NOT NULL constraint failed: catalogs.version")) return false;
    throw error;
  }
};

interface StoredBody extends NamedBody {
  readonly body: string;
}

const bodyOf = async (definition: { readonly key: string }): Promise<StoredBody> => {
  const body = JSON.stringify(definition);
  return { key: definition.key, hash: await contentHash(body), body };
};

/** Hash that names stored content and serves as ETag: 128 bits of SHA-256, hexadecimal. */
export const contentHash = async (text: string): Promise<string> => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest, 0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

/** Bodies are never deleted, so one that is there now will be there when the batch runs. */
const missingBodies = async (db: D1Database, workspace: string, bodies: readonly StoredBody[]): Promise<readonly StoredBody[]> => {
  const { results } = await db
    .prepare("SELECT b.hash FROM json_each(?2) n JOIN definition_bodies b ON b.workspace = ?1 AND b.hash = n.value")
    .bind(workspace, JSON.stringify(bodies.map(({ hash }) => hash)))
    .all<{ hash: string }>();
  const stored = new Set(results.map(({ hash }) => hash));
  return bodies.filter(({ hash }) => !stored.has(hash));
};
