import type { MakeLinks } from "../src/domain/links/linking.ts";
import { makeLinks } from "../src/links/linking.ts";
import { fromBase64 } from "../src/channels/bytes.ts";
import { shardNumberOf, shardsOf } from "../src/storage/shard/shards.ts";
import type { Env } from "./env.ts";
import { derivedSecret } from "./seal.ts";

/** Keys of links by the secrets they come from: an isolate has one deployment's. */
let derived: { readonly secrets: string; readonly keys: Promise<readonly Uint8Array[]> } | undefined;

/** The key that signs links, first, then those of earlier secrets, whose links are still read. */
export const linkKeys = (env: Env): Promise<readonly Uint8Array[]> => {
  const secrets = [env.TERN_SECRET, ...(env.TERN_SECRET_PREVIOUS ?? "").split(",")]
    .map((secret) => secret.trim())
    .filter((secret) => secret !== "");
  const name = secrets.join();
  if (derived?.secrets !== name) {
    const keys = Promise.all(secrets.map(keyOf));
    derived = { secrets: name, keys };
    keys.catch(() => (derived = undefined));
  }
  return derived.keys;
};

const keyOf = async (secret: string): Promise<Uint8Array> => {
  const key = fromBase64(await derivedSecret({ TERN_SECRET: secret }, "links"));
  if (key === undefined) throw new Error("expected a derived secret in base64");
  return key;
};

/** What a user's object makes links with while it renders. */
export const linkMaker = async (env: Env, workspace: string): Promise<MakeLinks> => {
  const [key] = await linkKeys(env);
  if (key === undefined) throw new Error("TERN_SECRET is not set");
  const shards = shardsOf(env).length;
  return makeLinks({ workspace, base: publicUrl(env), key, shardNumber: (user) => shardNumberOf(workspace, user, shards) });
};

/** Where this Worker is reached from outside, without a trailing slash; undefined where nobody said. */
export const publicUrl = ({ PUBLIC_URL }: Pick<Env, "PUBLIC_URL">): string | undefined =>
  PUBLIC_URL === undefined || PUBLIC_URL === "" ? undefined : PUBLIC_URL.replace(/\/+$/, "");
