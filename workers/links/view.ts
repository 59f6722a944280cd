import { unlisted } from "../../src/links/page.ts";
import { userObject } from "../user-stub.ts";
import type { LinkCall, Subject } from "./subject.ts";

/** A mail as a page: its pictures and styles, nothing that runs, and no form; links open, also in a new tab. */
const policy =
  "default-src 'none'; img-src https: http: data:; style-src 'unsafe-inline' https:; font-src https: data:; media-src https:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation";

/** The message as it was rendered for this user, kept since; undefined where there is nothing to show. */
export const showMessage = async ({ env, link }: LinkCall, { workspace, user }: Subject): Promise<Response | undefined> => {
  const kept = await userObject(env, workspace, user).message(link.message);
  const content = kept?.message.rendered?.content;
  if (content?.channel !== "email") return undefined;
  const isHtml = content.html !== "";
  return new Response(isHtml ? content.html : content.text, {
    headers: { ...unlisted, "content-type": `text/${isHtml ? "html" : "plain"}; charset=utf-8`, "content-security-policy": policy },
  });
};
