import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { ApiClient } from "../../scripts/launch/api-client.ts";

const readFolder = (folder: string): readonly { readonly key: string }[] =>
  readdirSync(path.join(import.meta.dirname, folder))
    .sort()
    .map((name) => JSON.parse(readFileSync(path.join(import.meta.dirname, folder, name), "utf8")) as { key: string }); // checked by the API

/** Puts the example's definitions, in the order in which they refer to each other, and publishes its journeys. */
export const installExample = async (api: ApiClient): Promise<void> => {
  for (const kind of ["segments", "templates", "journeys"]) {
    for (const definition of readFolder(kind)) await api("PUT", `/api/${kind}/${definition.key}`, definition);
  }
  for (const { key } of readFolder("journeys")) await api("POST", `/api/journeys/${key}/publish`, { inFlight: "stay" });
};
