import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { ApiClient } from "../../scripts/launch/api-client.ts";

interface Named {
  readonly key: string;
  /** Of templates. */
  readonly kind?: "partial" | "layout";
}

const readFolder = (folder: string): readonly Named[] =>
  readdirSync(path.join(import.meta.dirname, folder))
    .sort()
    .map((name) => JSON.parse(readFileSync(path.join(import.meta.dirname, folder, name), "utf8")) as Named); // checked by the API

/** Partials, then layouts, then what is put together of them. */
const piecesFirst = (definitions: readonly Named[]): readonly Named[] =>
  definitions.toSorted((a, b) => ["partial", "layout", undefined].indexOf(a.kind) - ["partial", "layout", undefined].indexOf(b.kind));

/** Puts the example's definitions, in the order in which they refer to each other, and publishes its journeys. */
export const installExample = async (api: ApiClient): Promise<void> => {
  for (const kind of ["segments", "templates", "journeys"]) {
    for (const definition of piecesFirst(readFolder(kind))) await api("PUT", `/api/${kind}/${definition.key}`, definition);
  }
  for (const { key } of readFolder("journeys")) await api("POST", `/api/journeys/${key}/publish`, { inFlight: "stay" });
};
