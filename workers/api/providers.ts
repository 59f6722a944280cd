import { providerFields } from "../../src/api/management.ts";
import {
  kindOf,
  type ProviderDefinition,
  providerKinds,
  providerSchema,
  resendsUncertain,
  secretSettings,
} from "../../src/channels/provider-definition.ts";
import * as z from "zod";
import type { CatalogDocument, CatalogProvider } from "../../src/domain/catalog/catalog.ts";
import { Fault } from "../../src/domain/fault.ts";
import { windowMs } from "../../src/domain/schedule/duration.ts";
import { readDefinition } from "../../src/storage/control/definitions.ts";
import { listPaused, settlePauses } from "../../src/storage/control/provider-states.ts";
import { markDefaults } from "../../src/storage/control/providers.ts";
import type { Env } from "../env.ts";
import { publicUrl } from "../link-keys.ts";
import { hookAddress } from "../provider-callback.ts";
import { openProvider } from "../provider-store.ts";
import { storeProvider } from "./store-provider.ts";
import { resumeProvider, wakeHeld } from "../provider-pause.ts";
import { definitionRoutes, type LiveKind } from "./definition-routes.ts";
import { instantOrNull } from "./present.ts";
import { badInput } from "./problem.ts";
import { withDefinition, withoutDefinition } from "../publish.ts";
import { answer, route, type Route } from "./route.ts";

/** Providers that follow one another after refusals. */
const maxFallbacks = 5;

/** The catalog with this provider in it; one put as default takes the channel from the other. */
export const publishProvider = (live: CatalogDocument, provider: ProviderDefinition): CatalogDocument => {
  const others = live.providers.filter(({ key }) => key !== provider.key);
  const before = live.providers.find(({ key }) => key === provider.key);
  const first = !others.some(({ channel }) => channel === provider.channel);
  // Saying `default: false` of the one that is does not leave the channel without: another has to take it.
  const isDefault = provider.default === true || first || (before?.channel === provider.channel && before.default);
  const { devices } = kindOf(provider.type);
  const entry: CatalogProvider = {
    key: provider.key,
    channel: provider.channel,
    type: provider.type,
    default: isDefault,
    resendUncertain: resendsUncertain(provider),
    reports: kindOf(provider.type).reports,
    ...(devices && { devices }),
    ...(provider.rate && { rate: { count: provider.rate.count, perMs: windowMs(provider.rate.per) } }),
    ...(provider.fallback !== undefined && { fallback: provider.fallback }),
  };
  refuseFallback(others, entry);
  const stepped = isDefault
    ? live.providers.map((one) => (one.channel === provider.channel ? { ...one, default: false } : one))
    : live.providers;
  return { ...live, providers: withDefinition(stepped, entry) };
};

/** A fallback is another provider of the channel, and a chain of them comes to an end. @throws Fault bad-definition */
const refuseFallback = (others: readonly CatalogProvider[], { key, channel, fallback }: CatalogProvider): void => {
  if (fallback === undefined) return;
  if (fallback === key) throw badInput("fallback", "a provider is no fallback of itself", "bad-definition");
  const chain = [key];
  for (let next: string | undefined = fallback; next !== undefined;) {
    const at: CatalogProvider | undefined = others.find((one) => one.key === next);
    if (at === undefined && chain.length === 1) throw badInput("fallback", `there is no provider "${fallback}"`, "bad-definition");
    if (at !== undefined && at.channel !== channel && chain.length === 1)
      throw badInput("fallback", `the provider "${fallback}" is for ${at.channel}`, "bad-definition");
    if (at?.fallback === key) throw badInput("fallback", `a circle: ${[...chain, at.key, key].join(" -> ")}`, "bad-definition");
    if (chain.length > maxFallbacks) throw badInput("fallback", `a chain has at most ${maxFallbacks} fallbacks`, "bad-definition");
    chain.push(next);
    next = at?.fallback;
  }
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
  const before = await openProvider(env, workspace, row).catch(() => undefined);
  // No secret of ours opens it any more: whoever puts it anew has to give all of it.
  if (before === undefined) return put;
  if (before.type !== put["type"] || before.channel !== put["channel"] || before.baseUrl !== trimmed(put["baseUrl"])) return put;
  const settings = put["settings"] ?? before.settings;
  if (!isObject(settings)) return put;
  const kept = secretSettings(before.type).filter((name) => settings[name] === undefined && before.settings[name] !== undefined);
  const whole = { ...settings, ...Object.fromEntries(kept.map((name) => [name, before.settings[name]])) };
  return goElsewhere(before, whole) ? put : { ...put, settings: whole };
};

/** Would these settings have the secrets sent elsewhere than those before? */
const goElsewhere = (before: ProviderDefinition, settings: Readonly<Record<string, unknown>>): boolean => {
  const { destination = [], settings: schema } = kindOf(before.type);
  if (destination.length === 0) return false;
  // With what is left out as it would be kept; settings that are wrong are refused soon after.
  const { data } = schema.safeParse(settings);
  return isObject(data) && destination.some((name) => JSON.stringify(data[name]) !== JSON.stringify(before.settings[name]));
};

/** As the schema stores addresses: without trailing slashes. */
const trimmed = (baseUrl: unknown): unknown => (typeof baseUrl === "string" ? baseUrl.replace(/\/+$/, "") : baseUrl);

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** Where the provider sends its reports, and whether it is paused. */
async function knownOf(
  env: Env,
  workspace: string,
  keys: readonly string[],
  origin: string,
): Promise<ReadonlyMap<string, Record<string, unknown>>> {
  const paused = new Map((await listPaused(env.DB, workspace)).map((state) => [state.key, state]));
  return new Map(
    keys.map((key) => {
      const state = paused.get(key);
      return [
        key,
        {
          webhookUrl: hookAddress(publicUrl(env) ?? origin, workspace, key),
          paused: state === undefined ? null : { since: instantOrNull(state.paused_at), reason: state.reason },
        },
      ];
    }),
  );
}

const kind: LiveKind<ProviderDefinition> = {
  kind: "provider",
  path: "/api/providers",
  title: "provider",
  schema: providerSchema,
  fields: providerFields,
  store: storeProvider,
  complete,
  known: knownOf,
  // Which one is the default and which are paused is the catalog's to say; the rows follow it.
  settle: (db, next) => [...markDefaults(db, next), ...settlePauses(db, next)],
  // Whoever puts a paused provider again wants it back.
  isStale: (live, key) => live.providers.some((provider) => provider.key === key && provider.paused === true),
  published: ({ env, ctx, workspace, params }) => {
    ctx.waitUntil(wakeHeld(env, workspace, { provider: params["key"] ?? "" }));
    return Promise.resolve();
  },
  publish: publishProvider,
  withdraw: withdrawProvider,
  usedBy: (live, key) =>
    live.journeys
      .filter(
        ({ status, definition }) =>
          status !== "stopped" && Object.values(definition.steps).some((step) => step.type === "send" && step.provider === key),
      )
      .map(({ definition }) => `the journey "${definition.key}"`)
      .concat(
        live.providers.filter(({ fallback }) => fallback === key).map((provider) => `the provider "${provider.key}", whose fallback it is`),
      ),
};

const resume: Route = route(
  {
    method: "post",
    path: "/api/providers/{key}/resume",
    summary: "Sends by a paused provider again; held messages go at once",
    scope: "write",
    answers: { 200: z.object({ resumed: z.boolean() }) },
  },
  async ({ env, ctx, workspace, params }) => {
    const key = params["key"] ?? "";
    if ((await readDefinition(env.DB, workspace, "provider", key)) === undefined)
      throw new Fault("not-found", `There is no provider "${key}"`);
    const version = await resumeProvider(env, workspace, key);
    // Also when it was not paused: whoever asks again may have had no answer because just this was cut off.
    ctx.waitUntil(wakeHeld(env, workspace, { provider: key }));
    return answer({ resumed: version !== undefined });
  },
);

export const providers: readonly Route[] = [...definitionRoutes(kind), resume];
