import { type ProviderDefinition, secretSettings } from "../../src/channels/provider-definition.ts";
import type { Env } from "../env.ts";
import { placeOf } from "../provider-store.ts";
import { seal } from "../seal.ts";

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
