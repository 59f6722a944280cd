import type { Channel } from "../../src/domain/message/message.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import { usersByEmails, usersByPhone } from "../../src/storage/shard/find-reported.ts";
import { shardsOf } from "../../src/storage/shard/shards.ts";
import type { Env } from "../env.ts";
import { pool } from "../pool.ts";
import { addressesOf } from "./addresses-of.ts";

/** Telephone numbers looked up at once. */
const parallel = 5;

/**
 * Users who have the addresses, by address: those that something was written from, or that mail came back from. However many
 * email addresses there are (a batch may bring a thousand), each shard is asked once.
 */
export const usersOf = async (
  env: Env,
  { workspace, channel }: { readonly workspace: string; readonly channel: Channel },
  addresses: readonly string[],
): Promise<(address: string) => readonly UserKey[]> => {
  const found = new Map<string, UserKey[]>();
  const add = (address: string, users: readonly string[]): void =>
    void found.set(address, [...(found.get(address) ?? []), ...(users as UserKey[])]); // keys of the users table
  if (addresses.length > 0 && channel === "email") {
    await Promise.all(
      shardsOf(env).map(async (shard) => {
        for (const [address, users] of await usersByEmails(shard, workspace, addresses)) add(address, users);
      }),
    );
    return (address) => found.get(address.toLowerCase()) ?? [];
  }
  if (channel === "sms" || channel === "whatsapp")
    await pool([...new Set(addresses)], parallel, async (address) => {
      const all = addressesOf(channel, address).flatMap((one) => shardsOf(env).map((shard) => usersByPhone(shard, workspace, one)));
      add(address, [...new Set((await Promise.all(all)).flat())]);
    });
  return (address) => found.get(address) ?? [];
};
