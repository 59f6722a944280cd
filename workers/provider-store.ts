import { type ProviderDefinition, secretSettings } from "../src/channels/provider-definition.ts";
import type { Env } from "./env.ts";
import { seal, unseal } from "./seal.ts";

/**
 * The stored texts of a provider: everything but its secrets may be read; all its settings together are sealed.
 * `settingsSet` names those that have a value.
 */
export const storeProvider = async (
  env: Env,
  workspace: string,
  provider: ProviderDefinition,
): Promise<{ readonly body: string; readonly sealed: string }> => {
  const secrets = secretSettings(provider.type);
  const shown = Object.fromEntries(Object.entries(provider.settings).filter(([name]) => !secrets.includes(name)));
  return {
    body: JSON.stringify({ ...provider, settings: shown, settingsSet: Object.keys(provider.settings) }),
    sealed: await seal(env, placeOf(workspace, provider.key), JSON.stringify(provider.settings)),
  };
};

/** A stored provider with its settings, secrets included: for the call that sends, never for an answer or a log. */
export const openProvider = async (
  env: Env,
  workspace: string,
  row: { readonly key: string; readonly body: string; readonly sealed: string | null },
): Promise<ProviderDefinition> => {
  if (row.sealed === null) throw new Error(`provider ${workspace}/${row.key} is stored without settings`);
  const { settingsSet: _names, ...provider } = JSON.parse(row.body) as ProviderDefinition & { settingsSet: unknown }; // written by storeProvider
  return {
    ...provider,
    settings: JSON.parse(await unseal(env, placeOf(workspace, row.key), row.sealed)) as ProviderDefinition["settings"],
  }; // as above
};

/** What settings are sealed to: copied to another row they do not open. */
const placeOf = (workspace: string, key: string): string => `${workspace}/provider/${key}`;
