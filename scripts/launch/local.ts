import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { writePrivate } from "./write-private.ts";

/** What `local.json` of a state folder tells people and scripts about the instance that runs on it. */
export interface Local {
  readonly url: string;
  readonly dashboardUrl: string;
  readonly writeKey: string;
  readonly apiKey: string;
  readonly operator: { readonly email: string; readonly password: string };
}

const file = (state: string): string => path.join(state, "local.json");

/** Undefined before the first start on this state. */
export const readLocal = (state: string): Local | undefined =>
  existsSync(file(state)) ? (JSON.parse(readFileSync(file(state), "utf8")) as Local) : undefined; // written below and by no one else

export const writeLocal = (state: string, local: Local): void => writePrivate(file(state), local);
