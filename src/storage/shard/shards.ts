/**
 * Which data shard a user's rows are in: a hash over the UTF-16 units of "workspace:user", modulo the number of shards.
 * Stable for ever: changing it would leave every user's rows behind.
 */
export const shardNumberOf = (workspace: string, user: string, count: number): number => {
  if (count === 1) return 0;
  return hashText(`${workspace}:${user}`) % count;
};

/** FNV-1a, 32 bits, then MurmurHash3's finish: FNV alone spreads texts that differ in their last digits badly. Unsigned. */
export const hashText = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** Where data shards are bound: SHARD_0, SHARD_1, … without gaps. */
export interface ShardBindings {
  readonly SHARD_0: D1Database;
  readonly [shard: `SHARD_${number}`]: D1Database;
}

/** All data shards, in order. */
export const shardsOf = (env: ShardBindings): readonly D1Database[] => {
  const shards: D1Database[] = [env.SHARD_0];
  for (let number = 1; ; number++) {
    const shard = (env as unknown as { readonly [name: string]: D1Database | undefined })[`SHARD_${number}`]; // unbound numbers are absent, whatever the index signature says
    if (shard === undefined) return shards;
    shards.push(shard);
  }
};

/** The shard that holds a user's rows. */
export const shardOf = (env: ShardBindings, workspace: string, user: string): D1Database => {
  const shards = shardsOf(env);
  return shards[shardNumberOf(workspace, user, shards.length)] ?? env.SHARD_0;
};
