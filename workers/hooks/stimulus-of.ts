import type { ProviderReport } from "../../src/channels/provider.ts";
import { type SmsWish, smsWord } from "../../src/channels/sms/sms-word.ts";
import { reasonOf } from "../../src/domain/consent/suppression.ts";
import type { Channel } from "../../src/domain/message/message.ts";
import type { Stimulus } from "../../src/domain/user/stimulus.ts";

/** Kept of what a user wrote. */
const longestText = 1_000;

/** What a report says to the user who has the message; undefined where nothing follows from it. */
export const aboutMessage = (report: ProviderReport, message: string): Stimulus | undefined => {
  const { status, reason, permanent } = report;
  if (status === "deferred") return undefined;
  if (status === "inbound") return { type: "reported", message, status: "replied" };
  // A machine that fetches what is in a mail says that the mail is there, and nothing of its reader.
  const isMachine = report.machine === true && (status === "opened" || status === "clicked");
  return {
    type: "reported",
    message,
    status: isMachine ? "delivered" : status,
    permanent: permanent === true,
    ...(reason !== undefined && { reason }),
  };
};

/** What a user asks for who wrote it. */
export const wishOf = ({ text, wish }: ProviderReport): SmsWish | undefined => wish ?? (text === undefined ? undefined : smsWord(text));

/** What a report says to a user who is known by the address alone; undefined where nothing follows from it. */
export const aboutAddress = (report: ProviderReport, channel: Channel, id: string): Stimulus | undefined => {
  const { status, reason, permanent, text, address } = report;
  if (status === "inbound") {
    const wish = wishOf(report);
    const wrote = text ?? wish?.toUpperCase();
    if (wrote === undefined) return undefined;
    return { type: "wrote", id, channel, text: wrote.slice(0, longestText), ...(wish !== undefined && { wish }) };
  }
  if (status === "unsubscribed") return { type: "subscription", id, channel, state: "opted-out", proof: { source: "provider" } };
  const isForGood = status === "complained" || ((status === "bounced" || status === "failed") && permanent === true);
  return isForGood && address !== undefined
    ? { type: "suppress", channel, reason: reasonOf(status, reason), address, proof: { source: "provider" } }
    : undefined;
};
