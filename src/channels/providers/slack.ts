import * as z from "zod";
import type { Outcome } from "../../domain/message/message.ts";
import { urlSetting } from "../callback-url.ts";
import { acceptedAs, type CodeRules, codedOutcome, isSuccess } from "../coded-outcome.ts";
import { keySetting } from "../email/mail.ts";
import { textOf } from "../inbound.ts";
import type { HttpProvider } from "../provider.ts";
import { type Answer, describe, jsonBody, readReply } from "../reply.ts";
import { Unprepared } from "../unprepared.ts";

const channelId = z.string().regex(/^[#A-Za-z0-9._-]{1,100}$/, "a channel's id (C…, G…, D…, U…) or #name");

const settings = z
  .strictObject({
    webhookUrl: urlSetting(
      "Address of an incoming webhook (hooks.slack.com/services/…): every message goes to its channel",
      "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXX",
    ).optional(),
    botToken: keySetting(
      "Token of a bot (xoxb-…) with the permission chat:write, in place of a webhook",
      "xoxb-0123456789-AbCdEf",
    ).optional(),
    channel: channelId
      .optional()
      .meta({
        description: "With a bot: where messages go whose user has no slackId and whose step names no other channel",
        examples: ["#sales"],
      }),
  })
  .refine(({ webhookUrl, botToken }) => (webhookUrl === undefined) !== (botToken === undefined), {
    path: ["webhookUrl"],
    error: "either webhookUrl or botToken",
  })
  .refine(({ webhookUrl, channel }) => webhookUrl === undefined || channel === undefined, {
    path: ["channel"],
    error: "a webhook has a channel of its own",
  });

/**
 * Source: docs.slack.dev/reference/methods/chat.postMessage, Errors. `internal_error`, `fatal_error` and their like may come after
 * the message was posted, says Slack. A channel that is not found may be one user's: then it says nothing of the account.
 */
const rules: CodeRules = {
  retry: new Set(["ratelimited", "rate_limited", "message_limit_exceeded", "service_unavailable"]),
  uncertain: new Set(["internal_error", "fatal_error", "request_timeout"]),
  misconfigured: new Set(
    "not_authed invalid_auth account_inactive token_revoked token_expired missing_scope no_permission not_allowed_token_type org_login_required ekm_access_denied team_access_not_granted access_denied".split(
      " ",
    ),
  ),
};

/** Slack: a bot posts to the user (attribute slackId) or a channel, or an incoming webhook to its own channel. */
export const slack: HttpProvider<typeof settings> = {
  type: "slack",
  title: "Slack",
  via: "http",
  channels: ["slack"],
  // Source: docs.slack.dev/apis/web-api/rate-limits: about one message a second and channel.
  suggestedRate: { count: 1, per: "PT1S" },
  cost: "Nothing beside the workspace's plan (slack.com/pricing)",
  settings,
  // Slack tells of nothing after it has taken a message.
  reports: [],
  secrets: ["webhookUrl", "botToken"],
  baseUrl: "https://slack.com",
  request(message, given, baseUrl) {
    const { content } = message;
    if (content.channel !== "slack") throw new Error(`expected slack content, got ${content.channel}`);
    const said = { text: content.text, blocks: content.blocks };
    if (given.webhookUrl !== undefined)
      return { method: "POST", url: given.webhookUrl, headers: { "content-type": "application/json" }, body: JSON.stringify(said) };
    const channel = message.to === "" ? given.channel : message.to;
    if (channel === undefined)
      throw new Unprepared({ kind: "rejected", detail: "neither the user, the step nor the provider names a channel" });
    return {
      method: "POST",
      url: `${baseUrl}/api/chat.postMessage`,
      headers: { authorization: `Bearer ${given.botToken}`, "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify({ channel, ...said }),
    };
  },
  outcome(reply, attempted) {
    if (reply.kind !== "answer") return readReply(reply);
    return isSuccess(reply) ? readTaken(reply, attempted?.message.to === "") : readRefused(reply);
  },
};

/** What is wrong with one channel; with the provider's own it is wrong for everybody. */
const channelErrors = new Set(["channel_not_found", "not_in_channel", "is_archived"]);

/** The Web API answers 200 also where it refuses, so its word counts; a webhook says "ok" as plain text. */
function readTaken(reply: Answer, isOwnChannel: boolean): Outcome {
  const body = jsonBody(reply);
  if (body?.["ok"] === true || reply.body.trim() === "ok") {
    const channel = textOf(body?.["channel"]);
    const ts = textOf(body?.["ts"]);
    return acceptedAs(channel !== undefined && ts !== undefined ? `${channel}/${ts}` : undefined);
  }
  if (body?.["ok"] !== false) return { kind: "uncertain", detail: `${reply.status} without a word of Slack's` };
  const error = textOf(body["error"]) ?? "";
  if (isOwnChannel && channelErrors.has(error)) return { kind: "misconfigured", detail: describe(reply) };
  const read = codedOutcome(reply, error, rules);
  // An error of no name here; the status says nothing.
  return read.kind === "accepted" ? { kind: "rejected", detail: describe(reply) } : read;
}

/** Webhooks name the error in plain text, and their channel is the provider's own. */
function readRefused(reply: Answer): Outcome {
  const gone = reply.status === 403 || reply.status === 404 || reply.status === 410;
  return gone ? { kind: "misconfigured", detail: describe(reply) } : readReply(reply);
}
