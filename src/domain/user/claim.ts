import type { CatalogProvider } from "../catalog/catalog.ts";
import { CONFIRMATION } from "../consent/confirmation.ts";
import type { MakeLinks } from "../links/linking.ts";
import { HELD_OUT, type Message } from "../message/message.ts";
import type { renderTemplate } from "../template/render.ts";
import { textAttribute } from "./attributes.ts";
import { handedOver } from "./calls.ts";
import { catchUp, timeCause } from "./catch-up.ts";
import { countForCaps, refusedByCap } from "./caps.ts";
import { refusedByConsent, topicOf } from "./consent.ts";
import { copyTo, isInUse, targetsOf } from "./copies.ts";
import { finish as close, type ClaimDecision, type DecideContext } from "./decide.ts";
import { openDraft, type Draft } from "./draft.ts";
import { assessExit } from "./exits.ts";
import { definitionOf, statusOf } from "./journeys.ts";
import { heldBack } from "./held-back.ts";
import { closeMessage, holdMessage, messageOf, putMessage } from "./messages.ts";
import { moveOn } from "./move-on.ts";
import { NEVER_DECIDED } from "./new-user.ts";
import { renderScope } from "./print.ts";
import { chooseProvider, handedTo } from "./failover.ts";
import { finish, giveUp, goOnAfter, KEY_LIFE_MS, pausedMs, PROVIDER_PAUSED, settleMessage, shareOf } from "./settle.ts";
import type { Run, UserState } from "./state.ts";
import type { ClaimRequest } from "./stimulus.ts";

/** A claim holds this long: who claimed must settle within it, else the outcome counts as uncertain. */
const LEASE_MS = 2 * 60_000;

/** What a claim is given beside a decision's context: the renderer, so that the core is tested without templates. */
export interface ClaimContext extends DecideContext {
  readonly render: typeof renderTemplate;
  /** Left out: messages have no links. */
  readonly links?: MakeLinks;
}

type Claim = ClaimDecision["claim"];

/**
 * Asked right before a provider is called, and decided with all that is known by then (docs/semantics.md, Sending): due timers first,
 * then the re-check, then a lease. The message is rendered once, at its first claim. What is refused for good lets its run go on.
 */
export const claim = (state: UserState, request: ClaimRequest, context: ClaimContext): ClaimDecision => {
  const draft = openDraft(state, context);
  if (state.meta.movedTo !== undefined || state.meta.catalog === NEVER_DECIDED)
    return { ...close(draft), claim: { kind: "no", reason: "not here" } };
  catchUp(draft, { inclusive: true, mayStop: false });
  const answer = claimMessage(draft, request, context);
  // What was refused may have let its run go on.
  if (answer.kind === "no") moveOn(draft, timeCause(draft.at));
  return { ...close(draft), claim: request.place === undefined ? withoutUnused(answer) : answer };
};

/** Who brought no place has none to give back. */
const withoutUnused = (answer: Claim): Claim => (answer.kind === "no" ? no(answer.reason) : answer);

const no = (reason: string): Claim => ({ kind: "no", reason });
/** Decided just now: a place under a rate that was taken for it is free again. */
const refusedNow = (reason: string): Claim => ({ kind: "no", reason, unused: true });

const claimMessage = (draft: Draft, request: ClaimRequest, context: ClaimContext): Claim => {
  const message = messageOf(draft, request.message);
  if (message === undefined) return no("unknown");
  if (message.status !== "queued") return no(message.reason ?? message.status);
  const run = message.run && draft.state.runs[message.run.id];
  const held = recheckRun(draft, message, run);
  if (held !== undefined) return held;
  const targets = isToDevices(message) && message.rendered === undefined ? targetsOf(draft, message) : undefined;
  const address = message.rendered?.to ?? (targets === undefined ? addressOf(draft.state, message) : targets[0]?.token);
  if (isToDevices(message) && message.rendered !== undefined && !isInUse(draft.state.profile, message.rendered.to))
    return refuse(draft, message, "failed", "unreachable: the device was removed");
  const ruled = recheckRules(draft, message, { address, isWithheld: run?.withheld === true });
  if (ruled !== undefined) return ruled;
  const own = targets?.[0]?.provider;
  const choice = chooseProvider(draft, own === undefined ? message : { ...message, provider: own });
  if (choice.kind === "none") {
    settleMessage(draft, message, { kind: "misconfigured", detail: "there is no such provider" });
    return refusedNow("no provider");
  }
  if (choice.kind === "paused") return waitForOperator(draft, message);
  const { provider } = choice;
  if (message.unclear === true && message.replayed !== true && !provider.resendUncertain) {
    giveUp(draft, message, "its provider would not know the repetition");
    return refusedNow("given up");
  }
  const paced = waitForPlace(draft, message, provider, request);
  if (paced !== undefined) return paced;
  const counted = waitForQuota(draft, message, request);
  if (counted !== undefined) return counted;
  const given = handedTo(message, provider.key);
  const rendered = given.rendered
    ? { ok: true as const, rendered: given.rendered }
    : render(draft, { message, run, provider, address, request, context });
  if (!rendered.ok) return refuse(draft, message, "failed", rendered.reason);
  // A webhook's address is known only now.
  const suppressed = refusedByConsent(draft, message, rendered.rendered.to);
  if (suppressed !== undefined) return refuse(draft, message, "skipped", suppressed);
  const { reason: _reason, blockedSince: _blocked, ...rest } = given;
  const claimed: Message = {
    ...rest,
    status: "claimed",
    due: draft.at + LEASE_MS,
    attempts: message.attempts + 1,
    firstClaimedAt: message.firstClaimedAt ?? draft.at,
    ...(message.firstClaimedAt !== undefined && { claimedAt: draft.at }),
    rendered: rendered.rendered,
    ...(targets !== undefined && targets.length > 1 && { copies: targets.length - 1 }),
  };
  countForCaps(draft, message, draft.at);
  putMessage(draft, claimed);
  if (targets !== undefined) copyTo(draft, claimed, targets.slice(1));
  const isListed = draft.context.catalog.document.listed === true;
  return { kind: "send", attempt: claimed.attempts, ...handedOver(claimed, rendered.rendered), ...(isListed && { lookUp: true as const }) };
};

const refuse = (draft: Draft, message: Message, status: "skipped" | "failed", reason: string): Claim => {
  finish(draft, message, status, reason);
  return refusedNow(reason);
};

/** An address the step names is checked like the user's own. */
const addressOf = ({ profile }: UserState, { channel, to }: Message): string | undefined =>
  to ??
  (channel === "email"
    ? textAttribute(profile.attributes, "email")
    : channel === "sms" || channel === "whatsapp"
      ? textAttribute(profile.attributes, "phone")
      : channel === "slack"
        ? (textAttribute(profile.attributes, "slackId") ?? "")
        : undefined);

/** Goes to the user's own devices, whichever they are. */
const isToDevices = ({ channel, to }: Message): boolean => channel === "push" && to === undefined;

/**
 * What the workspace's rules and the user's consent say now, in this order: suppression and opt-out, reachable, cap, quiet
 * hours, window; then the holdout, so that those held out go through the journey as the others do. Undefined = it may go.
 */
const recheckRules = (
  draft: Draft,
  message: Message,
  { address, isWithheld }: { readonly address: string | undefined; readonly isWithheld: boolean },
): Claim | undefined => {
  const refused =
    refusedByConsent(draft, message, address) ??
    (address === undefined && message.channel !== "webhook" ? "unreachable" : undefined) ??
    refusedByCap(draft, message);
  if (refused !== undefined) return refuse(draft, message, "skipped", refused);
  const held = heldBack(draft, message);
  if (held?.reason === "never") return refuse(draft, message, "skipped", "quiet hours leave nothing of its window");
  const beginsAt = held?.until ?? draft.at;
  if (message.firstClaimedAt !== undefined && beginsAt > message.firstClaimedAt + KEY_LIFE_MS) {
    giveUp(draft, message, held?.reason ?? "its first attempt is too long ago");
    return refusedNow("given up");
  }
  if (held !== undefined) {
    holdMessage(draft, message, held.reason, held.until);
    return refusedNow(held.reason);
  }
  if (!isWithheld) return undefined;
  // Not a failure: the run goes the way of those whose message was sent.
  closeMessage(draft, message, "skipped", HELD_OUT);
  goOnAfter(draft, message, "withheld");
  return refusedNow(HELD_OUT);
};

/** Is the run that wants the message still there and going? Undefined = yes, or the message has no run. */
const recheckRun = (draft: Draft, message: Message, run: Run | undefined): Claim | undefined => {
  if (message.run === undefined || message.replayed === true) return undefined;
  const { catalog } = draft.context;
  if (
    catalog.document.version < draft.state.meta.catalog &&
    definitionOf(catalog, { journey: message.run.journey, version: message.run.version }) === undefined
  )
    return no("the catalog is older than the run");
  const status = statusOf(catalog, message.run.journey);
  if (status === "stopped") return refuse(draft, message, "skipped", "stopped");
  if (status === "paused") {
    holdMessage(draft, message, "paused");
    return refusedNow("paused");
  }
  // Its message was claimed in time: the run may have gone on since, or come to its end.
  if (message.of !== undefined) return run !== undefined && assessExit(draft, run, true) ? refusedNow("exited") : undefined;
  if (run?.position.at !== "send" || run.position.message !== message.id) {
    return refuse(draft, message, "skipped", "run-ended");
  }
  return assessExit(draft, run, true) ? refusedNow("exited") : undefined;
};

/** Everybody who may send it is paused: held, and released by the resume; without one, given up like any message that cannot be sent. */
const waitForOperator = (draft: Draft, message: Message): Claim => {
  const since = message.blockedSince ?? draft.at;
  const end = Math.min(since, message.firstClaimedAt ?? since) + KEY_LIFE_MS;
  if (draft.at >= end) giveUp(draft, message, PROVIDER_PAUSED);
  else holdMessage(draft, { ...message, blockedSince: since }, PROVIDER_PAUSED, Math.min(draft.at + pausedMs(message), end));
  return refusedNow(PROVIDER_PAUSED);
};

/** A place begins at most so long after its claim: who claims waits that long. */
const SOON_MS = 1_000;
/** A held message is asked again this long before its place, and waits for it with whoever sends. */
const PLACE_LEAD_MS = 250;

/** Under a rate, asks for a place, or holds the message until its place comes. Undefined = it may go now. */
const waitForPlace = (draft: Draft, message: Message, provider: CatalogProvider, { place }: ClaimRequest): Claim | undefined => {
  if (provider.rate === undefined || place === "free") return undefined;
  if (place?.provider !== provider.key)
    return { kind: "place", provider: provider.key, rate: provider.rate, attempt: message.attempts + 1 };
  if (place.at <= draft.at + SOON_MS) return undefined;
  if (message.firstClaimedAt !== undefined && place.at > message.firstClaimedAt + KEY_LIFE_MS) {
    giveUp(draft, message, "rate");
    return refusedNow("given up");
  }
  holdMessage(draft, message, "rate", place.at - PLACE_LEAD_MS);
  return no("rate");
};

/** Under a quota, asks whether there is room, or holds the message until there will be. A message counts once; copies count with it. */
const waitForQuota = (draft: Draft, message: Message, { place, quota: word }: ClaimRequest): Claim | undefined => {
  const quota = draft.context.catalog.document.rules?.quota;
  if (quota === undefined || place === "free" || message.of !== undefined || message.firstClaimedAt !== undefined) return undefined;
  const passing = message.transactional === true;
  if (word === undefined) return { kind: "quota", quota, passing };
  if (word.kind === "counted" || passing) return undefined;
  // Not all at once when the period ends.
  holdMessage(draft, message, word.reason, word.until + Math.round(shareOf(message) * QUOTA_SPREAD_MS));
  return refusedNow(word.reason);
};

/** Messages that the quota held go on within so long of the next period's beginning. */
const QUOTA_SPREAD_MS = 10 * 60_000;

interface Rendering {
  readonly message: Message;
  readonly run: Run | undefined;
  readonly provider: CatalogProvider;
  readonly address: string | undefined;
  readonly request: ClaimRequest;
  readonly context: ClaimContext;
}

type Rendered =
  | { readonly ok: true; readonly rendered: NonNullable<Message["rendered"]> }
  | { readonly ok: false; readonly reason: string };

const render = (draft: Draft, { message, run, provider, address, request, context }: Rendering): Rendered => {
  const { attributes } = draft.state.profile;
  const template = message.payload?.content ?? draft.context.catalog.templates.get(message.template) ?? (message.confirms && CONFIRMATION);
  if (template === undefined) return { ok: false, reason: `there is no template "${message.template}"` };
  const { document } = draft.context.catalog;
  const topic = message.topic === undefined ? undefined : topicOf(document, message.topic);
  const owner = draft.state.user;
  const locale = message.locale ?? textAttribute(attributes, "locale") ?? textAttribute(attributes, "language");
  const pieces = draft.context.catalog.templates;
  const linking = context.links?.({
    message,
    owner,
    settings: document.links ?? {},
    tracking: "tracking" in template ? template.tracking : undefined,
    topic,
    ...(message.payload?.content === undefined && { source: { template, locale, pieces } }),
  });
  const printed = renderScope(draft, { message, run, workspace: request.workspace });
  const scope = {
    ...printed,
    ...(topic && { message: { ...printed.message, topicName: topic.name } }),
    ...(linking && { links: linking.links }),
  };
  const result = context.render(template, locale, scope, { now: draft.at, pieces });
  if (!result.ok) return result;
  const { content, links } = linking?.dress(result.content) ?? { content: result.content };
  if (content.channel !== message.channel) return { ok: false, reason: `template "${message.template}" is for ${content.channel}` };
  return {
    ok: true,
    rendered: {
      provider: provider.key,
      owner,
      to: content.channel === "webhook" ? content.url : (address ?? ""),
      content,
      ...(linking && { tells: linking.tells }),
      ...(links && { links }),
    },
  };
};
