import { escapeHtml, page, unlisted } from "../../src/links/page.ts";
import { type LinkKind, readLink } from "../../src/links/message-link.ts";
import type { Env } from "../env.ts";
import { linkKeys } from "../link-keys.ts";
import { askForConfirmation, takeConfirmation } from "./confirm.ts";
import { clicked, opened } from "./follow.ts";
import { savePreferences, showPreferences } from "./preferences.ts";
import { languageOf, type LinkCall, mayStillCome, type Subject, subjectOf } from "./subject.ts";
import { askToUnsubscribe, unsubscribe } from "./unsubscribe.ts";
import { showMessage } from "./view.ts";

type Handle = (call: LinkCall, subject: Subject) => Promise<Response | undefined>;

/** Links that lead to a page. Whoever fetches one changes nothing; only what is posted does. */
const pages: Readonly<Record<Exclude<LinkKind, "o" | "c">, { readonly get: Handle; readonly post?: Handle }>> = {
  u: { get: askToUnsubscribe, post: unsubscribe },
  p: { get: showPreferences, post: savePreferences },
  k: { get: askForConfirmation, post: takeConfirmation },
  v: { get: showMessage },
};

/** Links of messages: open to the world, believed by their signature alone. main.ts loads this on the first call of one. */
export const links = {
  async fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    const link = readLink(new URL(request.url), await linkKeys(env));
    if (link === undefined) return notFound(request);
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (link.kind === "o" || link.kind === "c") {
      if (!isRead) return notAllowed("GET, HEAD");
      return link.kind === "o" ? opened({ env, ctx, request, link }) : clicked({ env, ctx, request, link });
    }
    const { get, post } = pages[link.kind];
    const handle = isRead ? get : request.method === "POST" ? post : undefined;
    if (handle === undefined) return notAllowed(post === undefined ? "GET, HEAD" : "GET, HEAD, POST");
    try {
      const answer = await answerTo({ env, ctx, request, link }, handle);
      return request.method === "HEAD" ? new Response(null, answer) : answer;
    } catch (error) {
      console.error(
        JSON.stringify({ what: "a link could not be answered", kind: link.kind, workspace: link.workspace, error: String(error) }),
      );
      return tryAgain(request);
    }
  },
};

const answerTo = async (call: LinkCall, handle: Handle): Promise<Response> => {
  const subject = await subjectOf(call.env, call.link);
  if (subject === undefined) return mayStillCome(call.link, Date.now()) ? tryAgain(call.request) : gone(call.request);
  return (await handle(call, subject)) ?? notFound(call.request);
};

const plain = (request: Request, status: number, headers: Readonly<Record<string, string>> = {}): Response => {
  const language = languageOf(request, {}, undefined);
  const { words } = language;
  const text = status === 503 ? words.later : words.invalid;
  const body = status === 404 ? `<p>${escapeHtml(words.openAgain)}</p>` : "";
  return page({ language, look: { name: "" }, title: text, body, status, headers });
};

/** Altered, made up, signed by a secret that is no longer kept: whatever it is, it says nothing about anybody. */
const notFound = (request: Request): Response => plain(request, 404);
/** The user was erased: nothing is sent any more. */
const gone = (request: Request): Response => plain(request, 410);
/** Nothing was changed; mail providers and people try again. */
const tryAgain = (request: Request): Response => plain(request, 503, { "retry-after": "30" });

const notAllowed = (allow: string): Response => new Response("Method not allowed\n", { status: 405, headers: { ...unlisted, allow } });
