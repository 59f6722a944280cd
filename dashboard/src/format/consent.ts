import { channelName } from "./channel.ts";
import { sentence } from "./text.ts";

/** A key of a user's subscriptions in words: "topic:offers@sms" -> "offers, SMS"; "channel:sms" -> "SMS". */
export const describeSubscriptionKey = (key: string): string => {
  const [, kind, name = key, channel] = /^(topic|channel):([^@]*)(?:@(.*))?$/.exec(key) ?? [];
  if (kind === "channel") return channelName(name);
  return channel === undefined ? name : `${name}, ${channelName(channel)}`;
};

/** A key of a user's suppressions in words: "*" -> "all channels"; "email:a@example.com" -> "Email, a@example.com". */
export const describeSuppressionKey = (key: string): string => {
  if (key === "*") return "all channels";
  const [, channel = key, address] = /^([^:]+)(?::(.*))?$/.exec(key) ?? [];
  return address === undefined ? channelName(channel) : `${channelName(channel)}, ${address}`;
};

/** The newest word of a user: "Opted in". */
export const describeConsent = (state: string): string => (state === "pending" ? "Waits for confirmation" : sentence(state));

interface Proof {
  readonly source: string;
  readonly text?: string | undefined;
}

const sources: Readonly<Record<string, string>> = {
  page: "on the page of a link",
  "one-click": "by the button of a mail program",
  mail: "by a mail to unsubscribe",
  confirmation: "by the link of a confirmation",
  api: "by a call of the API",
  sms: "by a text",
  import: "by an import",
  provider: "told by a provider",
  merge: "said before a merge",
};

/** By what a change of consent came, and what the person was shown or wrote. */
export const describeProof = ({ source, text }: Proof): string =>
  `${sources[source] ?? source}${text === undefined || text === "" ? "" : `: “${text}”`}`;
