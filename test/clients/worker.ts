import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { startInstance } from "../../scripts/launch/instance.ts";
import { freePort } from "../../scripts/launch/ports.ts";
import { loadSecrets } from "../../scripts/launch/secrets.ts";
import type { UserEvent } from "../../src/domain/event/event.ts";
import { hashKey, newKey } from "../../src/storage/control/keys.ts";
import { waitFor } from "../harness.ts";

/** The real Worker over real HTTP, and what clients' calls became in it. */
export interface ClientTarget {
  readonly url: string;
  readonly writeKey: string;
  /** Waits until the event log, written once events were applied, satisfies the test; answers all of the workspace, in order of time. */
  readonly logged: (enough: (events: readonly UserEvent[]) => boolean) => Promise<readonly UserEvent[]>;
  readonly stop: () => Promise<void>;
}

const openDatabase = (state: string): DatabaseSync => {
  const folder = path.join(state, "v3/d1/miniflare-D1DatabaseObject");
  const file = readdirSync(folder).find((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  if (file === undefined) throw new Error(`expected a database in ${folder}`);
  return new DatabaseSync(path.join(folder, file), { timeout: 5_000 });
};

/** Starts the Worker on a fresh state, with one workspace and its write key. */
export const startTarget = async (vars: Readonly<Record<string, string>> = {}): Promise<ClientTarget> => {
  const state = mkdtempSync(path.join(tmpdir(), "tern-clients-"));
  const instance = await startInstance({ state, port: await freePort(), secrets: loadSecrets(state), vars });
  const database = openDatabase(state);
  const writeKey = newKey("write");
  database.prepare("INSERT INTO workspaces (id, name, created_at) VALUES ('clients', 'Clients', 0)").run();
  database
    .prepare(
      "INSERT INTO keys (hash, id, workspace, kind, prefix, name, created_at) VALUES (?, 'key', 'clients', 'write', 'wk_', 'test', 0)",
    )
    .run(await hashKey(writeKey));
  const log = database.prepare("SELECT body FROM events WHERE workspace = 'clients' ORDER BY time, id");
  return {
    url: instance.url,
    writeKey,
    logged: (enough) =>
      waitFor(() => {
        const events = log.all().map((row) => JSON.parse(String(row["body"])) as UserEvent); // written by the Worker under test
        return enough(events) && events;
      }, 20_000),
    stop: async () => {
      database.close();
      await instance.stop();
      rmSync(state, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};
