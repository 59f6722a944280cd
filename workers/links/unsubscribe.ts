import type { Channel } from "../../src/domain/message/message.ts";
import type { ConsentProof } from "../../src/domain/consent/proof.ts";
import { nothingAnyMore } from "../../src/domain/consent/preferences.ts";
import type { Stimulus } from "../../src/domain/user/stimulus.ts";
import { linkTo } from "../../src/links/message-link.ts";
import { escapeHtml, page, statusOf, unlisted } from "../../src/links/page.ts";
import { type Language, say, type Words } from "../../src/links/words.ts";
import { stimulate } from "../tell-user.ts";
import { linkKeys } from "../link-keys.ts";
import { type Form, readForm } from "./form.ts";
import { proofOf } from "./prove.ts";
import { languageOf, type LinkCall, type Subject, viewOf } from "./subject.ts";

/** Asks; nothing changes, whoever follows the link. */
export const askToUnsubscribe = async (call: LinkCall, subject: Subject): Promise<Response> => {
  const language = languageOf(call.request, subject.settings, await viewOf(call.env, subject));
  const { words } = language;
  const { ask } = sentences(subject, words);
  const body = `<p>${escapeHtml(ask)}</p>
<form method="post">
<input type="hidden" name="from" value="page">
<div class="row">
<button class="main" name="what" value="this">${escapeHtml(words.yesUnsubscribe)}</button>
<button name="what" value="all">${escapeHtml(words.everything)}</button>
</div>
</form>
<p>${await preferencesLink(call, language)}</p>`;
  return page({ language, look: subject.look, title: words.unsubscribe, body });
};

/** More than our page, or a mail provider, sends. */
const MAX_BYTES = 64 * 1024;

/**
 * Unsubscribes: by a mail provider with one click (RFC 8058: a plain 200, whatever form it sends), or by a person on the page.
 * Exactly the message's topic, else its channel; all of it only where the person asks for all. Done before the answer.
 */
export const unsubscribe = async (call: LinkCall, subject: Subject): Promise<Response> => {
  const read = await readForm(call.request, MAX_BYTES);
  // Whatever is posted to an address of one purpose means it.
  const form: Form = read === "too-large" ? new Map() : read;
  const isPage = form.get("from")?.[0] === "page";
  const isAll = isPage && form.get("what")?.[0] === "all";
  const language = languageOf(call.request, subject.settings, isPage ? await viewOf(call.env, subject) : undefined);
  const { words } = language;
  const { ask, done } = sentences(subject, words);
  const shown = isPage ? `${ask} ${isAll ? words.everything : words.yesUnsubscribe}` : "List-Unsubscribe=One-Click";
  const proof = proofOf(call, isPage ? "page" : "one-click", shown);
  await optOut(call, subject, { isAll, proof });
  if (!isPage) return new Response("Unsubscribed\n", { headers: { ...unlisted, "content-type": "text/plain; charset=utf-8" } });
  const said = isAll ? words.doneEverything : done;
  return page({
    language,
    look: subject.look,
    title: words.unsubscribe,
    body: `${statusOf(said)}\n<p>${await preferencesLink(call, language)}</p>`,
  });
};

/** Exactly the message's topic, else its channel; or all there is. */
export const optOut = async (
  { env, link }: Pick<LinkCall, "env" | "link">,
  { workspace, user, row }: Subject,
  { isAll, proof }: { readonly isAll: boolean; readonly proof: ConsentProof },
): Promise<void> => {
  const out = (id: string, what: { readonly topic?: string; readonly channel?: Channel }): Stimulus => ({
    type: "subscription",
    id: `${link.message}:${id}`,
    ...what,
    state: "opted-out",
    proof,
  });
  const channel = row.channel as Channel; // written by the projection
  const own = out("this", row.topic === null ? { channel } : { topic: row.topic });
  const outs = isAll ? [...nothingAnyMore.map((one) => out(one.channel, { channel: one.channel })), own] : [own];
  // The opt-out comes first: it counts also where the message has long been reported as unsubscribed from.
  await stimulate({ env, workspace, user }, [...outs, { type: "reported", message: link.message, status: "unsubscribed" }]);
};

const sentences = ({ row, topics }: Subject, words: Words): { readonly ask: string; readonly done: string } => {
  if (row.topic === null) {
    const channel = channelName(row.channel, words);
    return { ask: say(words.askChannel, { channel }), done: say(words.doneChannel, { channel }) };
  }
  const topic = topics.find(({ key }) => key === row.topic)?.name ?? row.topic;
  return { ask: say(words.askTopic, { topic }), done: say(words.doneTopic, { topic }) };
};

export const channelName = (channel: string, words: Words): string => {
  const names: Readonly<Record<string, string>> = {
    email: words.email,
    sms: words.sms,
    push: words.push,
    whatsapp: words.whatsapp,
    "in-app": words.inApp,
    slack: words.slack,
  };
  return Object.hasOwn(names, channel) ? (names[channel] ?? channel) : channel;
};

/** Signed for the same message, on the host that was called. */
const preferencesLink = async ({ env, request, link }: LinkCall, { words }: Language): Promise<string> => {
  const [key] = await linkKeys(env);
  if (key === undefined) return "";
  const { workspace, shard, message } = link;
  return `<a href="${escapeHtml(linkTo(new URL(request.url).origin, key, { workspace, shard, message, kind: "p" }))}">${escapeHtml(words.preferences)}</a>`;
};
