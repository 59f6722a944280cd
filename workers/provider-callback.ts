import * as z from "zod";
import { refusedAddress } from "../src/channels/outbound-address.ts";
import { kindOf, type ProviderDefinition } from "../src/channels/provider-definition.ts";
import type { Env } from "./env.ts";
import { publicUrl } from "./link-keys.ts";

/** Where a provider sends its reports, below the address this Worker is reached by. */
export const hookAddress = (base: string, workspace: string, key: string): string =>
  `${base}/hooks/${encodeURIComponent(workspace)}/${encodeURIComponent(key)}`;

/**
 * A provider that is told with each message where its reports go is told its own webhook's address, unless its operator says
 * another: nobody has to type what is known. Only one that can be called from outside: providers refuse messages that name any other.
 */
export const withCallback = (env: Env, workspace: string, provider: ProviderDefinition): ProviderDefinition => {
  const { settings } = kindOf(provider.type);
  const isTold = settings instanceof z.ZodObject && "callbackUrl" in settings.shape;
  const base = publicUrl(env);
  if (!isTold || base === undefined || provider.settings["callbackUrl"] !== undefined) return provider;
  const callbackUrl = hookAddress(base, workspace, provider.key);
  const isReached = callbackUrl.startsWith("https://") && refusedAddress(callbackUrl, false) === undefined;
  return isReached ? { ...provider, settings: { ...provider.settings, callbackUrl } } : provider;
};
