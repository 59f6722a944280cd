import path from "node:path";
import { inRoot } from "./paths.ts";

/**
 * Environment for the tools we start: no telemetry, no look-ups on the network (the settings file's `send_metrics`
 * alone does not stop them), no banners, and the locked Node first in the path.
 */
export const quietEnv = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${inRoot("node_modules/.bin")}${path.delimiter}${process.env["PATH"] ?? ""}`,
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  DO_NOT_TRACK: "1",
  NO_UPDATE_NOTIFIER: "1",
});
