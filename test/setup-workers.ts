import { env } from "cloudflare:workers";
import { applyD1Migrations, type D1Migration } from "cloudflare:test";
import { inFlight } from "../workers/kept-reads.ts";

const bindings = env as unknown as { readonly DB: D1Database; readonly TEST_MIGRATIONS: D1Migration[] }; // set in vitest.config.ts

// One local database serves as control plane, shard and intake alike. Applied ones are skipped.
await applyD1Migrations(bindings.DB, bindings.TEST_MIGRATIONS);

// The runner forbids promises to be resolved across requests.
inFlight.isShared = false;
