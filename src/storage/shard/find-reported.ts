/*
 * Each query names its index: left to itself the database reads every row of the workspace by the primary key instead.
 */

/** Users of one address: a shared one is shared by few. */
const maxUsers = 100;

/** Messages of one shard by our ids: whose they are, and where they went. */
export const messagesById = async (
  db: D1Database,
  workspace: string,
  ids: readonly string[],
): Promise<readonly { readonly id: string; readonly user: string; readonly recipient: string | null }[]> =>
  (
    await db
      .prepare("SELECT id, user, recipient FROM messages WHERE workspace = ?1 AND id IN (SELECT value FROM json_each(?2))")
      .bind(workspace, JSON.stringify(ids))
      .all<{ id: string; user: string; recipient: string | null }>()
  ).results;

/** The same by their provider's words for them. */
export const messagesByProviderId = async (
  db: D1Database,
  workspace: string,
  ids: readonly string[],
): Promise<
  readonly { readonly id: string; readonly user: string; readonly recipient: string | null; readonly provider_message_id: string }[]
> =>
  (
    await db
      .prepare(
        "SELECT id, user, recipient, provider_message_id FROM messages INDEXED BY messages_by_provider_id WHERE workspace = ?1 AND provider_message_id IN (SELECT value FROM json_each(?2))",
      )
      .bind(workspace, JSON.stringify(ids))
      .all<{ id: string; user: string; recipient: string | null; provider_message_id: string }>()
  ).results;

/**
 * Users of one shard who have one of the e-mail addresses, in whatever case either is written, by the address in small letters.
 * One query for all of them: a batch of reports may name a thousand.
 */
export const usersByEmails = async (
  db: D1Database,
  workspace: string,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const wanted = [...new Set(addresses.map((address) => address.toLowerCase()))];
  const { results } = await db
    .prepare(
      `SELECT user, email FROM users INDEXED BY users_by_email
       WHERE workspace = ?1 AND email IN (SELECT value FROM json_each(?2)) AND moved_to IS NULL
       UNION ALL SELECT user, email FROM users INDEXED BY users_by_folded_email
       WHERE workspace = ?1 AND email <> lower(email) AND lower(email) IN (SELECT value FROM json_each(?2)) AND moved_to IS NULL LIMIT ?3`,
    )
    .bind(workspace, JSON.stringify(wanted), wanted.length * maxUsers)
    .all<{ user: string; email: string }>();
  const found = new Map<string, string[]>();
  for (const { user, email } of results) {
    const folded = email.toLowerCase();
    const users = found.get(folded) ?? [];
    users.push(user);
    found.set(folded, users);
  }
  return found;
};

/** As the index has it (migration 0020). */
const digitsOfPhone = ["+", " ", "-", "(", ")", "."].reduce((text, mark) => `replace(${text}, '${mark}', '')`, "phone");

/** Users of one shard who have a telephone number, however it is written. */
export const usersByPhone = async (db: D1Database, workspace: string, address: string): Promise<readonly string[]> => {
  const digits = address.replace(/\D/g, "");
  if (digits === "") return [];
  return keys(
    await db
      .prepare(
        `SELECT user FROM users INDEXED BY users_by_phone WHERE workspace = ?1 AND phone IS NOT NULL AND ${digitsOfPhone} = ?2 AND moved_to IS NULL LIMIT ?3`,
      )
      .bind(workspace, digits, maxUsers)
      .all<{ user: string }>(),
  );
};

const keys = ({ results }: D1Result<{ user: string }>): readonly string[] => results.map(({ user }) => user);
