import { type Happened, itemsOf, type StreamItem } from "../../src/domain/stream/stream-items.ts";
import type { CatalogStream } from "../../src/domain/stream/stream.ts";
import type { NumberedFacts } from "../../src/domain/user/facts.ts";
import { readCatalogStreams } from "../../src/storage/control/catalogs.ts";
import { liveVersion } from "../catalog-cache.ts";
import type { Env } from "../env.ts";
import { KeptReads } from "../kept-reads.ts";
import { streamObject } from "../stream-object.ts";

/** Streams by workspace and catalog version. Versions are immutable: most workspaces are asked once per version and have none. */
const streamsByVersion = new KeptReads<readonly CatalogStream[]>(10_000);

/** How old the version may be by which those who do not know it themselves look for streams, ms. */
const versionMaxAgeMs = 5_000;

const streamsOf = (env: Env, workspace: string, version: number): Promise<readonly CatalogStream[]> =>
  streamsByVersion.get(`${workspace}@${version}`, () => readCatalogStreams(env.DB, workspace, version));

/** One call carries 32 MB; characters may take three bytes. */
const perAppend = { items: 1_000, characters: 4_000_000 };

/**
 * Hands what happened in one workspace to its streams. To be done before anything says that the facts are projected: when it
 * rejects, whoever asked says nothing, is given the same again and repeats it, which adds nothing twice.
 *
 * @param happened asked only where there are streams
 * @param version of the live catalog, where the caller knows it
 */
export const feedStreams = async (env: Env, workspace: string, happened: () => readonly Happened[], version?: number): Promise<void> => {
  const streams = await streamsOf(env, workspace, version ?? (await liveVersion(env, workspace, versionMaxAgeMs)));
  if (streams.length === 0) return;
  const items = itemsOf(streams, happened());
  await Promise.all([...items].map(([key, own]) => append(env, { workspace, key }, own)));
};

/** Hands facts of any users to their workspaces' streams. Rejects when a stream did not take them. */
export const feedFacts = async (env: Env, facts: readonly NumberedFacts[]): Promise<void> => {
  const byWorkspace = Map.groupBy(facts, ({ workspace }) => workspace);
  await Promise.all(
    [...byWorkspace].map(([workspace, own]) =>
      feedStreams(env, workspace, () => own.map((one) => ({ user: one.user, events: [], facts: one }))),
    ),
  );
};

const append = async (
  env: Env,
  { workspace, key }: { readonly workspace: string; readonly key: string },
  items: readonly StreamItem[],
): Promise<void> => {
  let part: StreamItem[] = [];
  let characters = 0;
  const send = async (): Promise<void> => {
    if (part.length > 0) await streamObject(env, workspace, key).append(part);
    part = [];
    characters = 0;
  };
  for (const item of items) {
    if (part.length >= perAppend.items || characters + item.body.length > perAppend.characters) await send();
    part.push(item);
    characters += item.body.length;
  }
  await send();
};
