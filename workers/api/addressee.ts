import * as z from "zod";
import { maxBytes } from "../../src/api/ingest/text.ts";
import { utf8Length } from "../../src/api/ingest/utf8-length.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import { badInput } from "./problem.ts";
import type { Call } from "./route.ts";
import type { Addressee } from "../tell-user.ts";

/** Which of two users with the same id is meant. */
export const whose = { anonymous: z.enum(["true", "false"]).optional().describe("true: the id is an anonymous id") };
type Whose = { readonly anonymous?: string | undefined };

/** The user a path names. @throws Fault bad-input where nobody could be tracked by that id */
export const addressee = ({ env, workspace, params, query }: Call<Whose, unknown>): Addressee => {
  const id = params["id"] ?? "";
  // Whoever may be tracked may be asked about, and nobody else may be made here.
  if (id === "" || id.includes("\0") || utf8Length(id) > maxBytes.userId) throw badInput("id", `1 to ${maxBytes.userId} bytes without NUL`);
  const user: UserKey = query.anonymous === "true" ? `a:${id}` : `u:${id}`;
  return { env, workspace, user };
};
