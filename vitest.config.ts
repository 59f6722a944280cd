import path from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { Response } from "miniflare";
import { defineConfig } from "vitest/config";

const root = import.meta.dirname;
const workerTests = "**/*.worker.test.ts";
/** Tests that run a whole instance or a browser: slow to start, so they come after the rest. */
const instanceTests = ["test/{e2e,crash,clients,browser}/**/*.test.ts"];
const ignored = ["**/node_modules/**", "**/dist/**", "**/.tern/**", "**/.wrangler/**"];

/** Local queues deliver at once in tests, so that an end-to-end test takes milliseconds. */
const eager = { maxBatchTimeout: 0.01 };

/** A loaded two-core machine takes seconds for what a quiet one does in tens of milliseconds. */
const testTimeout = 30_000;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "node",
          root,
          environment: "node",
          include: [
            "src/**/*.test.ts",
            "workers/**/*.test.ts",
            "sdk/**/*.test.ts",
            "dashboard/**/*.test.ts",
            "scripts/**/*.test.ts",
            "bench/**/*.test.ts",
            "test/**/*.test.ts",
          ],
          exclude: [...ignored, workerTests, ...instanceTests],
          testTimeout,
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: path.join(root, "wrangler.toml") },
            remoteBindings: false,
            miniflare: {
              bindings: {
                TEST_MIGRATIONS: await readD1Migrations(path.join(root, "migrations")),
                TERN_SECRET: "dGVzdC1zZWNyZXQtdGVzdC1zZWNyZXQtdGVzdC0zMmI=",
                SETUP_TOKEN: "test-setup-token",
                ALLOW_LOOPBACK: "true",
              },
              // Enables exports.default.queue() and .scheduled() in tests.
              compatibilityFlags: ["service_binding_extra_handlers"],
              // A second data shard, for tests that bind it as one.
              d1Databases: { TEST_SHARD: "test-shard" },
              queueConsumers: {
                "tern-events": eager,
                "tern-facts": eager,
                "tern-asks": eager,
                "tern-deliver-email": eager,
                "tern-deliver-sms": eager,
                "tern-deliver-push": eager,
                "tern-deliver-whatsapp": eager,
                "tern-deliver-slack": eager,
                "tern-deliver-webhook": eager,
              },
              // No test can reach the network, whatever it asks for.
              outboundService: (request: { readonly url: string }) => new Response(`blocked: ${request.url}`, { status: 599 }),
            },
          })),
        ],
        test: {
          name: "workers",
          root,
          // Bundled as wrangler does it: taken one by one, what it asks for would be what is meant for Node.
          deps: { optimizer: { ssr: { enabled: true, include: ["mjml-browser"] } } },
          include: [workerTests],
          exclude: ignored,
          testTimeout,
          hookTimeout: testTimeout,
          setupFiles: [path.join(root, "test/setup-workers.ts")],
          // One runtime for all files (starting one costs 1.5 s); every test makes its own workspace instead.
          isolate: false,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "instance",
          root,
          environment: "node",
          include: instanceTests,
          exclude: ignored,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Two at once: the crash test spends most of its time waiting for leases to run out.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
