import type { ProviderDefinition } from "../src/channels/provider-definition.ts";
import type { Catalog, CompiledJourney } from "../src/domain/catalog/catalog.ts";
import { compileCatalog, withPinnedJourneys } from "../src/domain/catalog/compile.ts";
import { readCatalog, readJourneyVersions, readLiveVersion } from "../src/storage/control/catalogs.ts";
import { readProviders } from "../src/storage/control/providers.ts";
import { BoundedMap } from "./bounded-map.ts";
import type { Env } from "./env.ts";
import { inFlight, KeptReads } from "./kept-reads.ts";
import { openProvider } from "./provider-store.ts";

/** Catalogs an isolate keeps: each is a workspace's whole set of definitions, so the bound is on count and generous for one tenant, safe for many. */
const catalogs = new KeptReads<Catalog>(64);
const liveVersions = new BoundedMap<string, { readonly version: number; readonly readAt: number }>(10_000);

/**
 * The live catalog version of a workspace (0 = it has none).
 *
 * @param maxAgeMs how old a version read earlier by this isolate may be; 0 asks the database. Such reads are not shared
 *   between callers: one that began before `stop` had answered must not serve a claim made after it (docs/semantics.md, Sending).
 */
export const liveVersion = async (env: Env, workspace: string, maxAgeMs = 0): Promise<number> => {
  if (maxAgeMs === 0) return readLive(env, workspace);
  const now = Date.now();
  const known = liveVersions.get(workspace);
  if (known !== undefined && now - known.readAt <= maxAgeMs) return known.version;
  const running = inFlight.isShared ? runningReads.get(workspace) : undefined;
  if (running !== undefined && now - running.readAt <= maxAgeMs) return running.version;
  const version = readLive(env, workspace);
  runningReads.set(workspace, { version, readAt: now });
  try {
    return await version;
  } finally {
    if (runningReads.get(workspace)?.version === version) runningReads.delete(workspace);
  }
};

/** Reads under way for callers to whom some age is fine: thousands of alarms that come due at once ask once. */
const runningReads = new Map<string, { readonly version: Promise<number>; readonly readAt: number }>();

const readLive = async (env: Env, workspace: string): Promise<number> => {
  const readAt = Date.now();
  const version = await readLiveVersion(env.DB, workspace);
  const newer = liveVersions.get(workspace);
  // Two reads may end in the other order than they began; versions only grow.
  if (newer === undefined || newer.version <= version) liveVersions.set(workspace, { version, readAt });
  return version;
};

/** The compiled catalog of a version. Versions are immutable: read and compiled once per isolate, however many ask. */
export const catalogFor = (env: Env, workspace: string, version: number): Promise<Catalog> =>
  catalogs.get(`${workspace}@${version}`, () => loadCatalog(env, workspace, version));

const loadCatalog = async (env: Env, workspace: string, version: number): Promise<Catalog> => {
  if (version === 0)
    return compileCatalog({
      workspace,
      version: 0,
      timezone: "UTC",
      name: workspace,
      segments: [],
      journeys: [],
      templates: [],
      providers: [],
    });
  const document = await readCatalog(env.DB, workspace, version);
  if (document === undefined) throw new Error(`catalog ${workspace}@${version} is not stored`);
  return compileCatalog(document);
};

/** Older journey versions compiled for pinned runs, by catalog: they go when the catalog goes. */
const pinnedByCatalog = new WeakMap<Catalog, BoundedMap<string, Catalog>>();

/** Sets of versions a catalog keeps compiled: users' runs may be pinned to any combination of them. */
const pinnedSets = 256;

/**
 * The catalog together with the journey versions that live runs are pinned to.
 *
 * @param needed "key@version" each. Those the catalog already has, and those nobody ever published, are skipped.
 */
export const withPinned = async (env: Env, catalog: Catalog, needed: readonly string[]): Promise<Catalog> => {
  const wanted = new Set([...needed, ...moveTargets(catalog, needed)]);
  const missing = [...wanted].filter((name) => !catalog.pinned.has(name) && !isCurrent(catalog, name)).toSorted();
  if (missing.length === 0) return catalog;
  const variants = pinnedByCatalog.get(catalog) ?? new BoundedMap<string, Catalog>(pinnedSets);
  pinnedByCatalog.set(catalog, variants);
  const name = missing.join(" ");
  const known = variants.get(name);
  if (known !== undefined) return known;
  const journeys = await readJourneyVersions(env.DB, catalog.document.workspace, missing.map(parseName));
  const extended = withPinnedJourneys(
    catalog,
    // Whether runs may go on is said of the journey, not of its versions; of a deleted one no run goes on.
    journeys.map(({ key, version, definition }) => ({ version, definition, status: catalog.journeys.get(key)?.status ?? "stopped" })),
  );
  variants.set(name, extended);
  return extended;
};

/** Versions that runs of those needed are moved to, where that is no longer the current one. */
const moveTargets = (catalog: Catalog, needed: readonly string[]): readonly string[] =>
  needed.flatMap((name) => {
    const { key, version } = parseName(name);
    const moveTo = catalog.journeys.get(key)?.moveTo;
    return moveTo !== undefined && version < moveTo ? [`${key}@${moveTo}`] : [];
  });

const isCurrent = (catalog: Catalog, name: string): boolean => {
  const { key, version } = parseName(name);
  return catalog.journeys.get(key)?.version === version;
};

/** Providers of a workspace with their settings opened, by key, per catalog version: every change of one makes a new version. */
const providersByVersion = new KeptReads<ReadonlyMap<string, ProviderDefinition>>(64);

/** How old the version may be by which settings are looked up, ms. */
export const providersMaxAgeMs = 5_000;

/** The workspace's providers as of a version (default: the live one, at most 5 s old), secrets included: never to be answered or logged. */
export const providersFor = async (env: Env, workspace: string, version?: number): Promise<ReadonlyMap<string, ProviderDefinition>> => {
  const name = `${workspace}@${version ?? (await liveVersion(env, workspace, providersMaxAgeMs))}`;
  return providersByVersion.get(name, () => loadProviders(env, workspace));
};

const loadProviders = async (env: Env, workspace: string): Promise<ReadonlyMap<string, ProviderDefinition>> => {
  const rows = await readProviders(env.DB, workspace);
  // It knows every kind of provider: only who sends evaluates them.
  const { withCallback } = await import("./provider-callback.ts");
  const providers = await Promise.all(rows.map(async (row) => withCallback(env, workspace, await openProvider(env, workspace, row))));
  return new Map(providers.map((provider) => [provider.key, provider]));
};

/** One provider with its settings opened; undefined when the workspace has none of that key. */
export const providerFor = async (env: Env, workspace: string, key: string): Promise<ProviderDefinition | undefined> =>
  (await providersFor(env, workspace)).get(key);

const parseName = (name: string): Pick<CompiledJourney, "key" | "version"> => {
  const at = name.lastIndexOf("@");
  return { key: name.slice(0, at), version: Number(name.slice(at + 1)) };
};
