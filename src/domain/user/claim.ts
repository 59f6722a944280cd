import type { CatalogProvider } from "../catalog/catalog.ts";
import { compareOrder } from "../event/event.ts";
import { HELD_OUT, type Message } from "../message/message.ts";
import type { renderTemplate } from "../template/render.ts";
import { textAttribute } from "./attributes.ts";
import { handedOver } from "./calls.ts";
import { catchUp, timeCause } from "./catch-up.ts";
import { countForCaps, refusedByCap } from "./caps.ts";
import { refusedByConsent } from "./consent.ts";
import { finish as close, type ClaimDecision, type DecideContext } from "./decide.ts";
import { openDraft, type Draft } from "./draft.ts";
import { assessExit } from "./exits.ts";
import { definitionOf, statusOf } from "./journeys.ts";
import { heldBack } from "./held-back.ts";
import { closeMessage, holdMessage, messageOf, putMessage } from "./messages.ts";
import { moveOn } from "./move-on.ts";
import { NEVER_DECIDED } from "./new-user.ts";
import { renderScope } from "./print.ts";
import { finish, giveUp, goOnAfter, KEY_LIFE_MS, settleMessage } from "./settle.ts";
import type { Profile, Run, UserState } from "./state.ts";
import type { ClaimRequest } from "./stimulus.ts";

/** A claim holds this long: who claimed must settle within it, else the outcome counts as uncertain. */
const LEASE_MS = 2 * 60_000;

/** What a claim is given beside a decision's context: the renderer, so that the core is tested without templates. */
export interface ClaimContext extends DecideContext {
  readonly render: typeof renderTemplate;
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
  return { ...close(draft), claim: answer };
};

const no = (reason: string): Claim => ({ kind: "no", reason });

const claimMessage = (draft: Draft, request: ClaimRequest, context: ClaimContext): Claim => {
  const message = messageOf(draft, request.message);
  if (message === undefined) return no("unknown");
  if (message.status !== "queued") return no(message.reason ?? message.status);
  const run = message.run && draft.state.runs[message.run.id];
  const held = recheckRun(draft, message, run);
  if (held !== undefined) return held;
  const address = message.rendered?.to ?? addressOf(draft.state, message);
  const ruled = recheckRules(draft, message, { address, isWithheld: run?.withheld === true });
  if (ruled !== undefined) return ruled;
  const provider = providerOf(draft, message);
  if (provider === undefined) {
    settleMessage(draft, message, { kind: "misconfigured", detail: "there is no such provider" });
    return no("no provider");
  }
  const rendered = message.rendered
    ? { ok: true as const, rendered: message.rendered }
    : render(draft, { message, run, provider, address, request, context });
  if (!rendered.ok) return refuse(draft, message, "failed", rendered.reason);
  // A webhook's address is known only now.
  const suppressed = refusedByConsent(draft, message, rendered.rendered.to);
  if (suppressed !== undefined) return refuse(draft, message, "skipped", suppressed);
  const { reason: _reason, ...rest } = message;
  const claimed: Message = {
    ...rest,
    status: "claimed",
    due: draft.at + LEASE_MS,
    attempts: message.attempts + 1,
    firstClaimedAt: message.firstClaimedAt ?? draft.at,
    rendered: rendered.rendered,
  };
  if (message.firstClaimedAt === undefined) countForCaps(draft, message, draft.at);
  putMessage(draft, claimed);
  return { kind: "send", attempt: claimed.attempts, ...handedOver(claimed, rendered.rendered) };
};

const refuse = (draft: Draft, message: Message, status: "skipped" | "failed", reason: string): Claim => {
  finish(draft, message, status, reason);
  return no(reason);
};

/** An address the step names is checked like the user's own. */
const addressOf = ({ profile }: UserState, { channel, to }: Message): string | undefined =>
  to ??
  (channel === "email"
    ? textAttribute(profile.attributes, "email")
    : channel === "sms" || channel === "whatsapp"
      ? textAttribute(profile.attributes, "phone")
      : channel === "push"
        ? newestDevice(profile)
        : channel === "slack"
          ? (textAttribute(profile.attributes, "slackId") ?? "")
          : undefined);

/** The token of the device added last. */
const newestDevice = ({ devices }: Profile): string | undefined =>
  Object.entries(devices)
    .filter(([, device]) => device.removed !== true)
    .toSorted(([, a], [, b]) => compareOrder(b.order, a.order))[0]?.[0];

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
    return no("given up");
  }
  if (held !== undefined) {
    holdMessage(draft, message, held.reason, held.until);
    return no(held.reason);
  }
  if (!isWithheld) return undefined;
  // Not a failure: the run goes the way of those whose message was sent.
  closeMessage(draft, message, "skipped", HELD_OUT);
  goOnAfter(draft, message, "withheld");
  return no(HELD_OUT);
};

/** Is the run that wants the message still there and going? Undefined = yes, or the message has no run. */
const recheckRun = (draft: Draft, message: Message, run: Run | undefined): Claim | undefined => {
  if (message.run === undefined) return undefined;
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
    return no("paused");
  }
  if (run?.position.at !== "send" || run.position.message !== message.id) {
    return refuse(draft, message, "skipped", "run-ended");
  }
  return assessExit(draft, run, true) ? no("exited") : undefined;
};

const providerOf = (draft: Draft, message: Message): CatalogProvider | undefined => {
  const { providers } = draft.context.catalog.document;
  const wanted = message.rendered?.provider ?? message.provider;
  return wanted !== undefined
    ? providers.find((provider) => provider.key === wanted && provider.channel === message.channel)
    : providers.find((provider) => provider.default && provider.channel === message.channel);
};

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
  const template = message.payload?.content ?? draft.context.catalog.templates.get(message.template);
  if (template === undefined) return { ok: false, reason: `there is no template "${message.template}"` };
  const scope = renderScope(draft, { message, run, workspace: request.workspace });
  const result = context.render(template, message.locale ?? textAttribute(attributes, "locale") ?? textAttribute(attributes, "language"), scope, {
    now: draft.at,
    pieces: draft.context.catalog.templates,
  });
  if (!result.ok) return result;
  const { content } = result;
  if (content.channel !== message.channel) return { ok: false, reason: `template "${message.template}" is for ${content.channel}` };
  return {
    ok: true,
    rendered: {
      provider: provider.key,
      owner: draft.state.user,
      to: content.channel === "webhook" ? content.url : (address ?? ""),
      content,
    },
  };
};
