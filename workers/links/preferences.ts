import { changesFor, nothingAnyMore, type Preference, preferencesOf } from "../../src/domain/consent/preferences.ts";
import { standingIn } from "../../src/domain/consent/standing.ts";
import type { TopicDefinition } from "../../src/domain/consent/topic.ts";
import type { Stimulus } from "../../src/domain/user/stimulus.ts";
import type { UserView } from "../../src/api/user-rpc.ts";
import { escapeHtml, page, statusOf } from "../../src/links/page.ts";
import { type Language, say, type Words } from "../../src/links/words.ts";
import { stimulate } from "../tell-user.ts";
import { readForm } from "./form.ts";
import { proofOf } from "./prove.ts";
import { languageOf, type LinkCall, type Subject, viewOf } from "./subject.ts";
import { channelName } from "./unsubscribe.ts";

/** Shows what the user receives; nothing changes. */
export const showPreferences = async (call: LinkCall, subject: Subject, status = ""): Promise<Response> => {
  const view = await viewOf(call.env, subject);
  const language = languageOf(call.request, subject.settings, view);
  return page({
    language,
    look: subject.look,
    title: language.words.preferences,
    body: `${status === "" ? "" : `${statusOf(status)}\n`}${formOf(subject, view, language)}`,
  });
};

/** Of a form: a thousand topics on every channel. */
const MAX_BYTES = 1_000_000;

/** Saves what was changed on the page. What the page did not show, or showed and nobody touched, stays as it is by now. */
export const savePreferences = async (call: LinkCall, subject: Subject): Promise<Response> => {
  const form = await readForm(call.request, MAX_BYTES);
  const view = await viewOf(call.env, subject);
  const language = languageOf(call.request, subject.settings, view);
  const { words } = language;
  if (form === "too-large")
    return page({ language, look: subject.look, title: words.preferences, body: `<p>${escapeHtml(words.later)}</p>`, status: 413 });
  // Nobody pressed a button of ours: nothing was chosen, and nothing is said to be saved.
  if (!form.has("what")) return showPreferences(call, subject);
  const stimuli =
    form.get("what")?.[0] === "none" ? allOff(call, words.everything) : changes(call, subject, { form, view, save: words.save });
  await stimulate({ env: call.env, workspace: subject.workspace, user: subject.user }, stimuli);
  const after = await viewOf(call.env, subject);
  const pending = subject.topics.filter(({ key, channels }) =>
    [`topic:${key}`, ...channels.map((channel) => `topic:${key}@${channel}`)].some(
      (name) => after?.subscriptions[name]?.state === "pending" && view?.subscriptions[name]?.state !== "pending",
    ),
  );
  const waits = pending.map(({ name }) => ` ${say(words.pending, { topic: name })}`).join("");
  return showPreferences(call, subject, `${words.saved}${waits}`);
};

const allOff = (call: LinkCall, button: string): readonly Stimulus[] =>
  nothingAnyMore.map((change) => ({
    type: "subscription",
    id: `${call.link.message}:${change.channel}`,
    ...change,
    proof: proofOf(call, "page", button),
  }));

interface Saving {
  readonly form: ReadonlyMap<string, readonly string[]>;
  readonly view: UserView | undefined;
  readonly save: string;
}

const changes = (call: LinkCall, { topics }: Subject, { form, view, save }: Saving): readonly Stimulus[] => {
  const subscriptions = view?.subscriptions ?? {};
  const wanted = new Set(form.get("on"));
  const shownOn = new Set(form.get("was"));
  const shown = new Set([...(form.get("shown") ?? []), ...shownOn]);
  const byKey = new Map(topics.map((topic) => [topic.key, topic]));
  const isWanted = (preference: Preference): boolean => {
    const name = nameOf(preference);
    const isTouched = shown.has(name) && wanted.has(name) !== shownOn.has(name);
    return isTouched ? wanted.has(name) : standingIn(subscriptions, preference, byKey.get(preference.topic)?.default) === "opted-in";
  };
  return changesFor(topics, subscriptions, isWanted).map((change, index) => ({
    type: "subscription",
    id: `${call.link.message}:${index}:${crypto.randomUUID()}`,
    ...change,
    proof: proofOf(call, "page", [change.topic && byKey.get(change.topic)?.name, change.channel, save].filter(Boolean).join(" · ")),
  }));
};

const nameOf = ({ topic, channel }: Preference): string => `${topic}@${channel}`;

/** A fieldset per topic, a switch per channel; plain HTML, in the order of the page. */
const formOf = ({ topics }: Subject, view: UserView | undefined, { words }: Language): string => {
  if (preferencesOf(topics).length === 0) return `<p>${escapeHtml(words.nothingToChoose)}</p>`;
  const sets = topics.flatMap((topic) => {
    const own = preferencesOf([topic]);
    return own.length === 0 ? [] : [fieldset(topic, own.map((one) => switchOf(one, topic, view, words)).join("\n"))];
  });
  return `<p class="soft">${escapeHtml(words.intro)}</p>
<form method="post">
${sets.join("\n")}
<div class="row">
<button class="main" name="what" value="these">${escapeHtml(words.save)}</button>
<button name="what" value="none">${escapeHtml(words.everything)}</button>
</div>
</form>`;
};

const fieldset = (topic: TopicDefinition, switches: string): string => {
  const about = topic.description === undefined ? "" : `<p class="soft"><bdi>${escapeHtml(topic.description)}</bdi></p>\n`;
  return `<fieldset>\n<legend><bdi>${escapeHtml(topic.name)}</bdi></legend>\n${about}<div class="ways">\n${switches}\n</div>\n</fieldset>`;
};

const switchOf = (preference: Preference, topic: TopicDefinition, view: UserView | undefined, words: Words): string => {
  const name = escapeHtml(nameOf(preference));
  const isOn = standingIn(view?.subscriptions ?? {}, preference, topic.default) === "opted-in";
  const hidden = `<input type="hidden" name="${isOn ? "was" : "shown"}" value="${name}">`;
  const waits = isPending(preference, view) ? ` <span class="soft">(${escapeHtml(words.waits)})</span>` : "";
  return `${hidden}<label><input type="checkbox" name="on" value="${name}"${isOn ? " checked" : ""}> <span>${escapeHtml(channelName(preference.channel, words))}${waits}</span></label>`;
};

/** Somebody asked for it, and has not confirmed it yet. */
const isPending = ({ topic, channel }: Preference, view: UserView | undefined): boolean =>
  [`topic:${topic}`, `topic:${topic}@${channel}`].some((name) => view?.subscriptions[name]?.state === "pending");
