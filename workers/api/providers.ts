import { providerFields } from "../../src/api/management.ts";
import {
  kindOf,
  type ProviderDefinition,
  providerKinds,
  providerSchema,
  resendsUncertain,
  secretSettings,
} from "../../src/channels/provider-definition.ts";
import type { CatalogDocument, CatalogProvider } from "../../src/domain/catalog/catalog.ts";
import { readDefinition } from "../../src/storage/control/definitions.ts";
import { markDefaults } from "../../src/storage/control/providers.ts";
import type { Env } from "../env.ts";
import { openProvider, storeProvider } from "../provider-store.ts";
import { definitionRoutes, type LiveKind } from "./definition-routes.ts";
import { withDefinition, withoutDefinition } from "./publish.ts";
import type { Route } from "./route.ts";

/** The catalog with this provider in it; one put as default takes the channel from the other. */
export const publishProvider = (live: CatalogDocument, provider: ProviderDefinition): CatalogDocument => {
  const others = live.providers.filter(({ key }) => key !== provider.key);
  const before = live.providers.find(({ key }) => key === provider.key);
  const first = !others.some(({ channel }) => channel === provider.channel);
  // Saying `default: false` of the one that is does not leave the channel without: another has to take it.
  const isDefault = provider.default === true || first || (before?.channel === provider.channel && before.default);
  const entry: CatalogProvider = {
    key: provider.key,
    channel: provider.channel,
    type: provider.type,
    default: isDefault,
    resendUncertain: resendsUncertain(provider),
    reports: kindOf(provider.type).reports,
  };
  const stepped = isDefault
    ? live.providers.map((one) => (one.channel === provider.channel ? { ...one, default: false } : one))
    : live.providers;
  return { ...live, providers: withDefinition(stepped, entry) };
};

/** A channel keeps a default: the built-in outbox where it is there, else the first that is left. */
const withdrawProvider = (live: CatalogDocument, key: string): CatalogDocument => {
  const gone = live.providers.find((one) => one.key === key);
  const left = withoutDefinition(live.providers, key);
  if (gone?.default !== true) return { ...live, providers: left };
  const sameChannel = left.filter(({ channel }) => channel === gone.channel);
  const heir = sameChannel.find(({ type }) => type === "outbox") ?? sameChannel[0];
  return { ...live, providers: left.map((one) => (one === heir ? { ...one, default: true } : one)) };
};

/**
 * Secrets left out keep the value they have, so that a definition that was read can be put back. Not when type, channel or
 * address change: whoever may write definitions could otherwise have a stored secret sent to an address of theirs.
 */
const complete = async (env: Env, workspace: string, put: unknown, key: string): Promise<unknown> => {
  if (!isObject(put) || !providerKinds.has(String(put["type"]))) return put;
  const row = await readDefinition(env.DB, workspace, "provider", key);
  if (row === undefined) return put;
  const before = await openProvider(env, workspace, row);
  if (before.type !== put["type"] || before.channel !== put["channel"] || before.baseUrl !== trimmed(put["baseUrl"])) return put;
  const settings = put["settings"] ?? before.settings;
  if (!isObject(settings)) return put;
  const kept = secretSettings(before.type).filter((name) => settings[name] === undefined && before.settings[name] !== undefined);
  return { ...put, settings: { ...settings, ...Object.fromEntries(kept.map((name) => [name, before.settings[name]])) } };
};

/** As the schema stores addresses: without trailing slashes. */
const trimmed = (baseUrl: unknown): unknown => (typeof baseUrl === "string" ? baseUrl.replace(/\/+$/, "") : baseUrl);

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

const kind: LiveKind<ProviderDefinition> = {
  kind: "provider",
  path: "/api/providers",
  title: "provider",
  schema: providerSchema,
  fields: providerFields,
  store: storeProvider,
  complete,
  // Which one is the default is the catalog's to say; the rows follow it.
  settle: markDefaults,
  publish: publishProvider,
  withdraw: withdrawProvider,
  usedBy: (live, key) =>
    live.journeys
      .filter(
        ({ status, definition }) =>
          status !== "stopped" && Object.values(definition.steps).some((step) => step.type === "send" && step.provider === key),
      )
      .map(({ definition }) => `the journey "${definition.key}"`),
};

export const providers: readonly Route[] = definitionRoutes(kind);
