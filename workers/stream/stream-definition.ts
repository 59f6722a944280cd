import type { StreamDefinition } from "../../src/domain/stream/stream.ts";
import { type DefinitionRow, readDefinition } from "../../src/storage/control/definitions.ts";
import type { Env } from "../env.ts";
import { seal, unseal } from "../seal.ts";

type Sealed = Pick<StreamDefinition, "secrets" | "headers">;

/** What may be read of a stream: how many secrets sign, which headers are set. */
export interface ShownStream extends Omit<StreamDefinition, "secrets" | "headers"> {
  readonly secretsSet: number;
  readonly headersSet: readonly string[];
}

/** The stored texts of a stream: secrets and headers are sealed, everything else may be read. */
export const storeStream = async (
  env: Env,
  workspace: string,
  { secrets, headers, ...shown }: StreamDefinition,
): Promise<{ readonly body: string; readonly sealed: string }> => {
  const body: ShownStream = { ...shown, secretsSet: secrets.length, headersSet: Object.keys(headers ?? {}) };
  const sealed: Sealed = { secrets, ...(headers && { headers }) };
  return { body: JSON.stringify(body), sealed: await seal(env, placeOf(workspace, shown.key), JSON.stringify(sealed)) };
};

/** A stored stream with its secrets: for the call that sends, never for an answer or a log. */
export const openStream = async (
  env: Env,
  workspace: string,
  row: Pick<DefinitionRow, "key" | "body" | "sealed">,
): Promise<StreamDefinition> => {
  if (row.sealed === null) throw new Error(`stream ${workspace}/${row.key} is stored without its secrets`);
  const { secretsSet: _secrets, headersSet: _headers, ...shown } = JSON.parse(row.body) as ShownStream; // written by storeStream
  return { ...shown, ...(JSON.parse(await unseal(env, placeOf(workspace, row.key), row.sealed)) as Sealed) }; // as above
};

/** The stream as it is defined now, and since when (ms) it is there; undefined = it is not. */
export const readStream = async (
  env: Env,
  workspace: string,
  key: string,
): Promise<{ readonly stream: StreamDefinition; readonly definedAt: number } | undefined> => {
  const row = await readDefinition(env.DB, workspace, "stream", key);
  return row === undefined ? undefined : { stream: await openStream(env, workspace, row), definedAt: row.created_at };
};

/** What secrets are sealed to: copied to another row they do not open. */
const placeOf = (workspace: string, key: string): string => `${workspace}/stream/${key}`;
