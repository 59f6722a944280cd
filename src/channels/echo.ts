/** What a provider says back about a message: where its row is, and its id. */
export interface Echo {
  readonly workspace: string;
  /** Number of the data shard that holds the message's row. */
  readonly shard: number;
  readonly message: string;
}

/** As text that every provider takes: letters, digits, `_` and `-`. Workspace ids and message ids have no other characters. */
export const echoOf = (workspace: string, shard: number, message: string): string => `${workspace}-${shard}-${message}`;

/** Reads it back; undefined for anything we did not write. It is no secret and proves nothing: whoever says it has to be believed first. */
export const readEcho = (text: string): Echo | undefined => {
  const match = /^([A-Za-z0-9_-]{1,64})-(\d{1,4})-([a-z0-9]{1,64})$/.exec(text);
  const [, workspace, shard, message] = match ?? [];
  return workspace === undefined || shard === undefined || message === undefined ? undefined : { workspace, shard: Number(shard), message };
};
