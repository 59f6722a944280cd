import { subscriptionKey } from "../../src/domain/consent/standing.ts";
import type { UserView } from "../../src/api/user-rpc.ts";
import { escapeHtml, page, statusOf } from "../../src/links/page.ts";
import { say, type Words } from "../../src/links/words.ts";
import { stimulate } from "../tell-user.ts";
import { userObject } from "../user-stub.ts";
import { proofOf } from "./prove.ts";
import { languageOf, type LinkCall, type Subject, viewOf } from "./subject.ts";

/** Asks whether the opt-in is wanted; nothing changes, whoever follows the link. */
export const askForConfirmation = async (call: LinkCall, subject: Subject): Promise<Response> => {
  const view = await viewOf(call.env, subject);
  const language = languageOf(call.request, subject.settings, view);
  const { words } = language;
  const body = `<p>${escapeHtml(question(subject, words))}</p>
<form method="post">
<button class="main">${escapeHtml(words.yesConfirm)}</button>
</form>`;
  return page({ language, look: subject.look, title: words.confirm, body });
};

/** The opt-in counts from here on, where it still waits for it. */
export const takeConfirmation = async (call: LinkCall, subject: Subject): Promise<Response> => {
  const before = languageOf(call.request, subject.settings, await viewOf(call.env, subject));
  const proof = proofOf(call, "confirmation", `${question(subject, before.words)} ${before.words.yesConfirm}`);
  await stimulate({ env: call.env, workspace: subject.workspace, user: subject.user }, [
    { type: "confirm", message: call.link.message, proof },
  ]);
  const isIn = await isOptedIn(call, subject, await viewOf(call.env, subject));
  const { words } = before;
  const said = say(isIn ? words.confirmed : words.confirmOver, { topic: topicName(subject) });
  return page({ language: before, look: subject.look, title: words.confirm, body: statusOf(said) });
};

const isOptedIn = async ({ env, link }: LinkCall, { workspace, user }: Subject, view: UserView | undefined): Promise<boolean> => {
  const wish = (await userObject(env, workspace, user).message(link.message))?.message.confirms;
  const key = wish && subscriptionKey(wish.topic, wish.channel);
  return key !== undefined && view?.subscriptions[key]?.state === "opted-in";
};

const topicName = ({ row, topics }: Subject): string => topics.find(({ key }) => key === row.topic)?.name ?? row.topic ?? "";

const question = (subject: Subject, words: Words): string => say(words.askConfirm, { topic: topicName(subject) });
