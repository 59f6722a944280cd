import { instantOf, type JsonRecord, listOf, recordOf, reportOf, textOf } from "../inbound.ts";
import type { ProviderReport } from "../provider.ts";

/**
 * Reads an event of SES: of a configuration set (`eventType`) or of an identity's feedback (`notificationType`). One report for
 * each address it is about. Source: AWS, "Contents of event data that Amazon SES publishes".
 * @param id The notification's
 */
export function readSesEvent(message: unknown, id: string): readonly ProviderReport[] {
  const event = recordOf(message);
  const about = aboutOf(event);
  if (about === undefined) return [];
  const mail = recordOf(event["mail"]);
  // Values of tags are lists.
  const [echo] = listOf(recordOf(mail["tags"])["tern"]);
  const addresses = about.addresses.length > 0 ? about.addresses : [textOf(listOf(mail["destination"])[0])];
  return addresses.map((address, index) =>
    reportOf({
      id: `${id}:${index}`,
      status: about.status,
      echo: textOf(echo),
      providerMessageId: textOf(mail["messageId"]),
      at: about.at,
      reason: about.reasons?.[index] ?? about.reason,
      permanent: about.permanent,
      address,
      link: about.link,
    }),
  );
}

interface About extends Pick<ProviderReport, "status" | "permanent"> {
  readonly addresses: readonly (string | undefined)[];
  readonly at?: number | undefined;
  readonly reason?: string | undefined;
  readonly reasons?: readonly (string | undefined)[];
  readonly link?: string | undefined;
}

function aboutOf(event: JsonRecord): About | undefined {
  const part = (name: string): JsonRecord => recordOf(event[name]);
  const at = (name: string) => instantOf(part(name)["timestamp"]);
  switch (event["eventType"] ?? event["notificationType"]) {
    case "Send":
      return { status: "sent", addresses: [], at: instantOf(part("mail")["timestamp"]) };
    case "Delivery":
      return { status: "delivered", addresses: listOf(part("delivery")["recipients"]).map(textOf), at: at("delivery") };
    case "DeliveryDelay":
      return {
        status: "deferred",
        addresses: addressesOf(part("deliveryDelay")["delayedRecipients"]),
        at: at("deliveryDelay"),
        reason: textOf(part("deliveryDelay")["delayType"]),
      };
    case "Bounce":
      return bounceOf(part("bounce"));
    case "Complaint":
      return complaintOf(part("complaint"));
    case "Reject":
      return { status: "bounced", permanent: false, addresses: [], reason: textOf(part("reject")["reason"]) };
    case "Rendering Failure":
      return { status: "bounced", permanent: false, addresses: [], reason: textOf(part("failure")["errorMessage"]) };
    case "Open":
      return { status: "opened", addresses: [], at: at("open") };
    case "Click":
      return { status: "clicked", addresses: [], at: at("click"), link: textOf(part("click")["link"]) };
    case "Subscription":
      return subscriptionOf(part("subscription"));
    default:
      return undefined;
  }
}

const addressesOf = (recipients: unknown): readonly (string | undefined)[] =>
  listOf(recipients).map((recipient) => textOf(recordOf(recipient)["emailAddress"]));

const bounceOf = (bounce: JsonRecord): About => {
  const type = [bounce["bounceType"], bounce["bounceSubType"]].filter((word) => typeof word === "string").join(" ");
  return {
    status: "bounced",
    // "Transient" and "Undetermined" say nothing against the address.
    permanent: bounce["bounceType"] === "Permanent",
    addresses: addressesOf(bounce["bouncedRecipients"]),
    at: instantOf(bounce["timestamp"]),
    reason: type,
    reasons: listOf(bounce["bouncedRecipients"]).map((recipient) => textOf(recordOf(recipient)["diagnosticCode"])),
  };
};

/** "not-spam" is the opposite of a complaint. */
const complaintOf = (complaint: JsonRecord): About | undefined =>
  complaint["complaintFeedbackType"] === "not-spam"
    ? undefined
    : {
        status: "complained",
        addresses: addressesOf(complaint["complainedRecipients"]),
        at: instantOf(complaint["timestamp"]),
        reason: textOf(complaint["complaintFeedbackType"]) ?? textOf(complaint["complaintSubType"]),
      };

function subscriptionOf(subscription: JsonRecord): About | undefined {
  const preferences = recordOf(subscription["newTopicPreferences"]);
  const optedOut =
    preferences["unsubscribeAll"] === true ||
    listOf(preferences["topicSubscriptionStatus"]).some((topic) => recordOf(topic)["subscriptionStatus"] === "OptOut");
  return optedOut ? { status: "unsubscribed", addresses: [], at: instantOf(subscription["timestamp"]) } : undefined;
}
