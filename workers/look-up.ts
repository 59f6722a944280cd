import type { Env } from "./env.ts";
import { changeCatalog } from "./publish.ts";

/** From here on claims look the suppression list up; said before the first address is on it, so that none is missed. */
export const lookUpFromNowOn = async (env: Env, workspace: string): Promise<void> => {
  await changeCatalog(env, workspace, async (live) =>
    live.listed === true ? { unchanged: undefined } : { document: { ...live, listed: true }, statements: [], answer: undefined },
  );
};
