import type { D1Migration } from "cloudflare:test";
import type { Env as WorkerEnv } from "../workers/env.ts";

declare global {
  namespace Cloudflare {
    /** What `env` of "cloudflare:workers" is in worker tests. */
    interface Env extends WorkerEnv {
      readonly TEST_MIGRATIONS: D1Migration[];
      readonly SETUP_TOKEN: string;
    }
  }
}
