import * as z from "zod";
import { scopes, setupAnswerSchema } from "../../src/api/management.ts";
import { providerKinds, type ProviderDefinition } from "../../src/channels/provider-definition.ts";
import type { CatalogDocument } from "../../src/domain/catalog/catalog.ts";
import { Fault } from "../../src/domain/fault.ts";
import { readyMadeSegments } from "../../src/domain/segment/ready-made.ts";
import { commitCatalog, contentHash } from "../../src/storage/control/catalogs.ts";
import { putDefinition } from "../../src/storage/control/definitions.ts";
import { createKey } from "../../src/storage/control/key-ring.ts";
import { markDefaults } from "../../src/storage/control/providers.ts";
import { addMember, insertWorkspace, isTaken, readWorkspace } from "../../src/storage/control/workspaces.ts";
import type { Env } from "../env.ts";
import { storeProvider } from "./store-provider.ts";
import { publishProvider } from "./providers.ts";
import { answer, route, type Route } from "./route.ts";
import { presentWorkspace, timezone, workspaceName } from "./workspace.ts";

/** The built-in provider that keeps messages instead of sending them, for each channel it can stand in for: the default until a real one is. */
const outboxProviders = (): readonly ProviderDefinition[] =>
  (providerKinds.get("outbox")?.channels ?? []).map((channel) => ({
    key: `outbox-${channel}`,
    channel,
    type: "outbox",
    settings: {},
    default: true,
  }));

/** The definitions a workspace starts with, and the statements that store them. */
const firstCatalog = async (
  env: Env,
  base: CatalogDocument,
  now: number,
): Promise<{ readonly document: CatalogDocument; readonly statements: readonly D1PreparedStatement[] }> => {
  const providers = outboxProviders();
  const document = providers.reduce(publishProvider, { ...base, segments: readyMadeSegments.toSorted((a, b) => (a.key < b.key ? -1 : 1)) });
  const row = async (kind: "segment" | "provider", key: string, stored: { readonly body: string; readonly sealed: string | null }) =>
    putDefinition(env.DB, {
      ...stored,
      workspace: base.workspace,
      kind,
      key,
      etag: await contentHash(stored.body),
      version: base.version,
      status: "live",
      created_at: now,
      updated_at: now,
    });
  return {
    document,
    statements: [
      ...(await Promise.all(
        document.segments.map((segment) => row("segment", segment.key, { body: JSON.stringify(segment), sealed: null })),
      )),
      ...(await Promise.all(
        providers.map(async (provider) => row("provider", provider.key, await storeProvider(env, base.workspace, provider))),
      )),
      ...markDefaults(env.DB, document),
    ],
  };
};

export const setup: readonly Route[] = [
  route(
    {
      method: "post",
      path: "/api/setup",
      summary: "Makes a workspace with its keys, its first operator, ready-made segments and the built-in outbox; 409 when it exists",
      scope: "setup-token",
      body: z.strictObject({
        id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "1 to 64 lower-case letters, digits and hyphens"),
        name: workspaceName,
        timezone: timezone.default("UTC"),
        email: z.email().max(255),
        password: z.string().min(8).max(200),
        operatorName: z.string().min(1).max(200).optional(),
      }),
      answers: { 201: setupAnswerSchema },
    },
    async ({ env, body }) => {
      const { id, name, email, password } = body;
      if ((await readWorkspace(env.DB, id)) !== undefined) throw taken(id);
      const { createOperator } = await import("./sign-in.ts");
      const operator = await createOperator(env, { email, password, name: body.operatorName ?? email });
      const now = Date.now();
      const base = { workspace: id, version: 1, name, timezone: body.timezone, segments: [], journeys: [], templates: [], providers: [] };
      const { document, statements } = await firstCatalog(env, base, now);
      const common = { workspace: id, expiresAt: null, now };
      const writeKey = await createKey(env.DB, { ...common, kind: "write", name: "First write key", scopes: ["ingest"] });
      const apiKey = await createKey(env.DB, { ...common, kind: "api", name: "First API key", scopes });
      try {
        await commitCatalog(env.DB, document, {
          now,
          before: [insertWorkspace(env.DB, { id, name, timezone: body.timezone, created_at: now })],
          statements: [
            ...statements,
            writeKey.statement,
            apiKey.statement,
            addMember(env.DB, { operator, workspace: id, role: "owner", created_at: now }),
          ],
        });
      } catch (error) {
        if (isTaken(error)) throw taken(id);
        throw error;
      }
      const row = await readWorkspace(env.DB, id);
      if (row === undefined) throw new Error(`workspace ${id} was made and is not there`);
      return answer(
        { workspace: presentWorkspace(row), writeKey: writeKey.text, apiKey: apiKey.text, operator: { email: email.toLowerCase() } },
        { status: 201 },
      );
    },
  ),
];

const taken = (id: string): Fault => new Fault("conflict", `The workspace "${id}" exists; its keys were shown when it was made`);
