import type { Env } from "../env.ts";

/**
 * Origins whose pages may use the dashboard's session: the one asked, the dashboard's, and, where that is a loopback address,
 * its other name (people type localhost where 127.0.0.1 was printed).
 */
export const trustedOrigins = (env: Pick<Env, "DASHBOARD_ORIGIN">, asked: string): readonly string[] => {
  const dashboard = env.DASHBOARD_ORIGIN;
  if (dashboard === undefined || !URL.canParse(dashboard)) return [asked];
  const url = new URL(dashboard);
  const alias = { "127.0.0.1": "localhost", localhost: "127.0.0.1" }[url.hostname];
  const port = url.port === "" ? "" : `:${url.port}`;
  return [asked, url.origin, ...(alias === undefined ? [] : [`${url.protocol}//${alias}${port}`])];
};
