import type { ProviderReport } from "../../src/channels/provider.ts";
import { comparableAddress } from "../../src/domain/consent/comparable-address.ts";
import { STOP } from "../../src/domain/consent/stop.ts";
import type { Channel } from "../../src/domain/message/message.ts";
import { listAddresses, unlistAddress } from "../../src/storage/shard/suppressions.ts";
import type { Env } from "../env.ts";
import { lookUpFromNowOn } from "../look-up.ts";
import { addressesOf } from "./addresses-of.ts";
import { wishOf } from "./stimulus-of.ts";

/** Takes a user's number off the list where only its STOP put it there: its operator knows better. */
export const unlistStop = async (
  env: Env,
  workspace: string,
  { channel, phone }: { readonly channel: Channel; readonly phone: unknown },
): Promise<void> => {
  if (typeof phone !== "string") return;
  for (const address of addressesOf(channel, comparableAddress(channel, phone)))
    await unlistAddress(env, workspace, { channel, address, reason: STOP });
};

/**
 * Keeps numbers whose owners wrote that it must stop on the workspace's list, whoever has them or will: a number may stand in
 * a step's `to` alone, be another's tomorrow, or belong to a user whose row is still on its way. Who starts again is taken
 * off, unless the number is there for another reason.
 */
export const keepStops = async (
  env: Env,
  { workspace, channel, at }: { readonly workspace: string; readonly channel: Channel; readonly at: number },
  reports: readonly ProviderReport[],
): Promise<void> => {
  for (const report of reports) {
    const wish = report.status === "inbound" ? wishOf(report) : undefined;
    if (wish !== "stop" && wish !== "start") continue;
    const places = addressesOf(channel, report.address).map((address) => ({ channel, address: comparableAddress(channel, address) }));
    if (places.length === 0) continue;
    if (wish === "start") for (const place of places) await unlistAddress(env, workspace, { ...place, reason: STOP });
    else {
      await lookUpFromNowOn(env, workspace);
      await listAddresses(
        env,
        workspace,
        places.map((place) => ({ ...place, reason: STOP, source: "sms" })),
        at,
      );
    }
  }
};
