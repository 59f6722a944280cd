import type { Stimulus } from "../src/domain/user/stimulus.ts";
import type { UserKey } from "../src/domain/user/user-key.ts";
import type { CatalogDocument } from "../src/domain/catalog/catalog.ts";
import { notePause, noteResume, readChanges } from "../src/storage/control/provider-states.ts";
import { heldFor, type WaitsFor } from "../src/storage/shard/held-messages.ts";
import { shardsOf } from "../src/storage/shard/shards.ts";
import { stimulateMany } from "./tell-user.ts";
import { changeCatalog } from "./publish.ts";
import { providersMaxAgeMs } from "./catalog-cache.ts";
import type { Env } from "./env.ts";

interface Misconfigured {
  readonly workspace: string;
  readonly provider: string;
  readonly detail: string;
  /** When the attempt began, ms. */
  readonly begunAt: number;
}

const withPause = (live: CatalogDocument, key: string, isPaused: boolean): CatalogDocument => ({
  ...live,
  providers: live.providers.map((provider) => {
    if (provider.key !== key) return provider;
    const { paused: _paused, ...rest } = provider;
    return isPaused ? { ...rest, paused: true } : rest;
  }),
});

/**
 * The provider said that its operator must act: nothing more is sent by it until somebody has (docs/semantics.md, Sending).
 * An attempt that may still have used the settings from before a PUT says nothing about those after it, and one that began
 * before a resume nothing about what was mended meanwhile. Whoever resumes changes no settings: what is heard next counts.
 * Never rejects: the next message finds out again.
 */
export const pauseProvider = async (env: Env, { workspace, provider, detail, begunAt }: Misconfigured): Promise<void> => {
  try {
    await changeCatalog(env, workspace, async (live) => {
      const known = live.providers.find(({ key }) => key === provider);
      const changes = await readChanges(env.DB, workspace, provider);
      if (known === undefined || known.paused === true || changes === undefined) return { unchanged: undefined };
      if (begunAt <= changes.putAt + 2 * providersMaxAgeMs || begunAt <= changes.resumedAt) return { unchanged: undefined };
      return {
        document: withPause(live, provider, true),
        statements: [notePause(env.DB, { workspace, key: provider, at: Date.now(), reason: detail })],
        answer: undefined,
      };
    });
  } catch (error) {
    console.error(JSON.stringify({ what: "provider could not be paused", workspace, provider, error: String(error) }));
  }
};

/** Sends by it again. Answers the catalog's version; undefined when it was not paused. */
export const resumeProvider = async (env: Env, workspace: string, provider: string): Promise<number | undefined> => {
  const { version, answer } = await changeCatalog(env, workspace, async (live) =>
    live.providers.some(({ key, paused }) => key === provider && paused === true)
      ? {
          document: withPause(live, provider, false),
          statements: [noteResume(env.DB, { workspace, key: provider, at: Date.now() })],
          answer: true,
        }
      : { unchanged: false },
  );
  return answer ? version : undefined;
};

/** Users told at once after a resume; whoever is left looks by themselves, within about an hour. */
const usersPerPage = 500;
const pages = 20;

/** Has messages that waited for a provider, or for the quota, asked again. Never rejects: each of them also comes back by itself. */
export const wakeHeld = async (env: Env, workspace: string, waitsFor: WaitsFor): Promise<void> => {
  const tick: readonly Stimulus[] = [{ type: "tick" }];
  try {
    for (const shard of shardsOf(env)) {
      let after = "";
      for (let page = 0; page < pages; page++) {
        const rows = await heldFor(shard, { workspace, waitsFor, after, limit: usersPerPage });
        const users = [...new Set(rows.map(({ user }) => user as UserKey))]; // written by the projection of that user's facts
        await stimulateMany(
          { env, workspace },
          users.map((user) => ({ user, stimuli: tick })),
        );
        after = rows.at(-1)?.id ?? after;
        if (rows.length < usersPerPage) break;
      }
    }
  } catch (error) {
    console.error(JSON.stringify({ what: "messages that were held are not all woken yet", workspace, waitsFor, error: String(error) }));
  }
};
