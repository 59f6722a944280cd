import { Fault } from "../../../src/domain/fault.ts";
import type { UserKey } from "../../../src/domain/user/user-key.ts";
import { usersByContact } from "../../../src/storage/shard/directory.ts";
import { shardsOf } from "../../../src/storage/shard/shards.ts";
import type { Env } from "../../env.ts";
import type { SendCall } from "./send-call.ts";

type Named = SendCall["user"];

/** The address a user is named by; undefined = by id. */
export const contactOf = ({ email, phone }: Named): { readonly attribute: "email" | "phone"; readonly value: string } | undefined =>
  email !== undefined ? { attribute: "email", value: email } : phone !== undefined ? { attribute: "phone", value: phone } : undefined;

/**
 * Where the message goes that names its user by an address of its channel: there, whatever the user's own is by then. The anonymous
 * user of an address has an id that anybody can work out and hand over to themselves, with all that waits to be sent.
 */
export const addressNamed = ({ user: { email, phone }, channel }: Pick<SendCall, "user" | "channel">): string | undefined =>
  channel === "email" ? email : channel === "sms" || channel === "whatsapp" ? phone : undefined;

/** Users counted of those who share an address. */
const counted = 100;

/**
 * Who is meant. By id: that user, who comes into being where nobody has the id. By address: the user who has it; a known one
 * comes before anonymous ones. Where nobody has it, an anonymous user of that address comes into being, whom a later
 * `identify` with that anonymous id makes a known one.
 *
 * @throws Fault conflict where several have the address
 */
export const findUser = async (env: Env, workspace: string, named: Named): Promise<UserKey> => {
  if (named.id !== undefined) return `u:${named.id}`;
  const contact = contactOf(named);
  if (contact === undefined) throw new Error("expected a user named by id, email or phone");
  const { attribute: by, value } = contact;
  const found = (await Promise.all(shardsOf(env).map((db) => usersByContact(db, workspace, { by, value, limit: counted })))).flat();
  const known = found.filter((user) => user.startsWith("u:"));
  const candidates = known.length > 0 ? known : found;
  const [first] = candidates;
  if (first === undefined) return `a:${by}:${value.toLowerCase()}`;
  if (candidates.length > 1)
    throw new Fault(
      "conflict",
      `${candidates.length >= counted ? `${counted} or more` : candidates.length} users have this ${by}: name one by id`,
    );
  return first;
};
