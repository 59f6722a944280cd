import type { ProviderDefinition } from "../src/channels/provider-definition.ts";
import type { Env } from "./env.ts";
import { unseal } from "./seal.ts";

/** A stored provider with its settings, secrets included: for the call that sends, never for an answer or a log. */
export const openProvider = async (
  env: Env,
  workspace: string,
  row: { readonly key: string; readonly body: string; readonly sealed: string | null },
): Promise<ProviderDefinition> => {
  if (row.sealed === null) throw new Error(`provider ${workspace}/${row.key} is stored without settings`);
  const { settingsSet: _names, ...provider } = JSON.parse(row.body) as ProviderDefinition & { settingsSet: unknown }; // written by storeProvider (api/store-provider.ts)
  return {
    ...provider,
    settings: JSON.parse(await unseal(env, placeOf(workspace, row.key), row.sealed)) as ProviderDefinition["settings"],
  }; // as above
};

/** What settings are sealed to: copied to another row they do not open. */
export const placeOf = (workspace: string, key: string): string => `${workspace}/provider/${key}`;
