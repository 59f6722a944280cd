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
        "SELECT id, user, recipient, provider_message_id FROM messages WHERE workspace = ?1 AND provider_message_id IN (SELECT value FROM json_each(?2))",
      )
      .bind(workspace, JSON.stringify(ids))
      .all<{ id: string; user: string; recipient: string | null; provider_message_id: string }>()
  ).results;

/** Users of one shard who have an e-mail address, in whatever case it is written. */
export const usersByEmail = async (db: D1Database, workspace: string, address: string): Promise<readonly string[]> =>
  keys(
    await db
      .prepare("SELECT user FROM users WHERE workspace = ?1 AND email IN (?2, ?3) AND moved_to IS NULL LIMIT ?4")
      .bind(workspace, address, address.toLowerCase(), maxUsers)
      .all<{ user: string }>(),
  );

/** As the index has it (migration 0020). */
const digitsOfPhone = ["+", " ", "-", "(", ")", "."].reduce((text, mark) => `replace(${text}, '${mark}', '')`, "phone");

/** Users of one shard who have a telephone number, however it is written. */
export const usersByPhone = async (db: D1Database, workspace: string, address: string): Promise<readonly string[]> => {
  const digits = address.replace(/\D/g, "");
  if (digits === "") return [];
  return keys(
    await db
      .prepare(`SELECT user FROM users WHERE workspace = ?1 AND phone IS NOT NULL AND ${digitsOfPhone} = ?2 AND moved_to IS NULL LIMIT ?3`)
      .bind(workspace, digits, maxUsers)
      .all<{ user: string }>(),
  );
};

const keys = ({ results }: D1Result<{ user: string }>): readonly string[] => results.map(({ user }) => user);
