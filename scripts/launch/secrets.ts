import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { writePrivate } from "./write-private.ts";

/** What an instance needs that nobody else may know; generated once, kept in its state folder. */
export interface Secrets {
  /** base64 of 32 bytes: encrypts provider settings at rest, signs sessions. */
  readonly TERN_SECRET: string;
  /** Earlier ones, comma-separated, newest first: put in by whoever changes TERN_SECRET. */
  readonly TERN_SECRET_PREVIOUS?: string;
  /** Lets the first set-up through. */
  readonly SETUP_TOKEN: string;
  readonly operatorPassword: string;
}

/** Reads `secrets.json` of the state folder, or makes it. */
export const loadSecrets = (state: string): Secrets => {
  const file = path.join(state, "secrets.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Secrets; // written below and by no one else
  const secrets: Secrets = {
    TERN_SECRET: randomBytes(32).toString("base64"),
    SETUP_TOKEN: randomBytes(24).toString("base64url"),
    operatorPassword: randomBytes(12).toString("base64url"),
  };
  writePrivate(file, secrets);
  return secrets;
};
