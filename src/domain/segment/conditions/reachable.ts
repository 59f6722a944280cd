import * as z from "zod";
import { suppressionFor } from "../../consent/suppression.ts";
import { topicChannelSchema } from "../../consent/topic.ts";
import type { Channel } from "../../message/message.ts";
import { textAttribute } from "../../user/attributes.ts";
import type { Profile } from "../../user/state.ts";
import type { ConditionType, Dependencies, Verdict } from "../condition.ts";
import { noDependencies } from "../verdict.ts";

const schema = () => z.strictObject({ type: z.literal("reachable"), channel: topicChannelSchema });
type Condition = z.infer<ReturnType<typeof schema>>;

/** Attributes that hold a channel's address; push goes to devices, the others to what a provider or page has. */
const addresses: Readonly<Partial<Record<Channel, string>>> = { email: "email", sms: "phone", whatsapp: "phone" };

/**
 * A message would reach the user on the channel: there is an address (an attribute, for push a device), it is not suppressed,
 * and the channel is not opted out of. In-app, Slack and webhook messages need no address of the user's.
 */
export const reachable = {
  type: "reachable",
  schema,
  compile: ({ channel }: Condition) => ({
    dependsOn: dependenciesOf(channel),
    tallies: [],
    evaluate: ({ state: { profile } }): Verdict => {
      const hindrance = hindranceOf(profile, channel);
      return { value: hindrance === undefined, because: { clause: `reachable by ${channel}`, ...(hindrance && { value: hindrance }) } };
    },
  }),
} as const satisfies ConditionType<Condition>;

const dependenciesOf = (channel: Channel): Dependencies => {
  const attribute = addresses[channel];
  return {
    ...noDependencies,
    attributes: attribute === undefined ? [] : [attribute],
    aspects: channel === "push" ? ["consent", "devices"] : ["consent"],
  };
};

const hindranceOf = (profile: Profile, channel: Channel): string | undefined => {
  const known = addressesOf(profile, channel);
  if (known.length === 0) return "no address";
  const open = known.filter((address) => suppressionFor(profile.suppressions, channel, address) === undefined);
  if (open.length === 0) return "suppressed";
  const key = `channel:${channel}`;
  const isOut = Object.hasOwn(profile.subscriptions, key) && profile.subscriptions[key]?.state === "opted-out";
  return isOut ? "opted out of the channel" : undefined;
};

/** Where messages could go; undefined stands for an address that is not the user's to have. */
const addressesOf = (profile: Profile, channel: Channel): readonly (string | undefined)[] => {
  if (channel === "push") return Object.keys(profile.devices).filter((token) => profile.devices[token]?.removed !== true);
  const attribute = addresses[channel];
  if (attribute === undefined) return [undefined];
  const address = textAttribute(profile.attributes, attribute);
  return address === undefined ? [] : [address];
};
