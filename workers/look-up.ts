import { catalogFor, liveVersion } from "./catalog-cache.ts";
import type { Env } from "./env.ts";
import { changeCatalog } from "./publish.ts";

/** How old the version may be that says so already, ms: once said, it holds for ever. */
const maxAgeMs = 60_000;

/** From here on claims look the suppression list up; said before the first address is on it, so that none is missed. */
export const lookUpFromNowOn = async (env: Env, workspace: string): Promise<void> => {
  const known = await catalogFor(env, workspace, await liveVersion(env, workspace, maxAgeMs));
  if (known.document.listed === true) return;
  await changeCatalog(env, workspace, async (live) =>
    live.listed === true ? { unchanged: undefined } : { document: { ...live, listed: true }, statements: [], answer: undefined },
  );
};
