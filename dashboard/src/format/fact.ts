import type { Because } from "../../../src/domain/user/facts.ts";
import type { WireFact } from "../api/types.ts";
import { channelName } from "./channel.ts";
import { describeConsent, describeProof } from "./consent.ts";
import { describeEnding } from "./ending.ts";
import { sentence, shortValue } from "./text.ts";
import { formatDateTime } from "./time.ts";
import { toneOf, type Tone } from "./status.ts";

/** What a fact is about, which chooses its sign. */
export type FactSign = "user" | "segment" | "journey" | "wait" | "goal" | "message" | "tag" | "refused" | "consent";

export interface FactText {
  readonly sign: FactSign;
  readonly tone: Tone;
  readonly title: string;
  readonly because?: string;
}

/** "because event “Order Completed”": the clause and the value that decided. */
export const describeBecause = (because: Because | undefined): string | undefined =>
  because && `because ${because.clause}${because.value === undefined ? "" : ` (${shortValue(because.value)})`}`;

const withBecause = (text: Omit<FactText, "because">, because?: Because): FactText => {
  const words = describeBecause(because);
  return words === undefined ? text : { ...text, because: words };
};

const describeMessage = (fact: Extract<WireFact, { kind: "message" }>): FactText => {
  const template = fact.template === "" ? "" : ` “${fact.template}”`;
  const title = `${channelName(fact.channel)}${template} ${fact.status}${fact.subject === undefined ? "" : `: ${fact.subject}`}`;
  const because = [
    fact.reason,
    fact.until && `${fact.attempts === 0 ? "waits until" : "tried again"} ${formatDateTime(fact.until)}`,
    fact.leftOut && `without a copy to ${fact.leftOut.join(", ")}, to whom nothing is sent`,
  ].filter((words) => words !== undefined);
  return { sign: "message", tone: toneOf(fact.status), title, ...(because.length === 0 ? {} : { because: because.join("; ") }) };
};

/** A fact of the timeline in words. */
export const describeFact = (fact: WireFact): FactText => {
  switch (fact.kind) {
    case "user":
      return { sign: "user", tone: "calm", title: "Profile changed" };
    case "segment-entered":
      return withBecause({ sign: "segment", tone: "accent", title: `Entered segment “${fact.segment}”` }, fact.because);
    case "segment-left":
      return withBecause({ sign: "segment", tone: "calm", title: `Left segment “${fact.segment}”` }, fact.because);
    case "run-started":
      return withBecause(
        { sign: "journey", tone: "good", title: `Entered journey “${fact.journey}”${fact.key === null ? "" : ` for ${fact.key}`}` },
        fact.because,
      );
    case "run-refused":
      return withBecause({ sign: "refused", tone: "wait", title: `Not entered into “${fact.journey}”: ${fact.reason}` }, fact.because);
    case "step-entered":
      return withBecause({ sign: "journey", tone: "calm", title: `“${fact.journey}”: reached ${fact.step}` }, fact.because);
    case "step-left":
      return withBecause(
        {
          sign: "journey",
          tone: "calm",
          title: `“${fact.journey}”: left ${fact.step}${fact.path === undefined ? "" : ` by ${fact.path}`}`,
        },
        fact.because,
      );
    case "waiting":
      return {
        sign: "wait",
        tone: "wait",
        title: `“${fact.journey}”: waits at ${fact.step}${fact.until === undefined ? "" : ` until ${formatDateTime(fact.until)}`}`,
      };
    case "run-ended":
      return withBecause(
        {
          sign: "journey",
          tone: "calm",
          title: `Left journey “${fact.journey}” at ${fact.step}: ${describeEnding(fact.reason).toLowerCase()}`,
        },
        fact.because,
      );
    case "goal":
      return withBecause({ sign: "goal", tone: "good", title: `Reached goal “${fact.goal}” of “${fact.journey}”` }, fact.because);
    case "message":
      return describeMessage(fact);
    case "tag-added":
      return { sign: "tag", tone: "accent", title: `Tagged “${fact.tag}”` };
    case "tag-removed":
      return { sign: "tag", tone: "calm", title: `Tag “${fact.tag}” removed` };
    case "attribute-set":
      return {
        sign: "user",
        tone: "calm",
        title:
          fact.value === undefined
            ? `Attribute “${fact.attribute}” removed`
            : `Attribute “${fact.attribute}” set to ${JSON.stringify(fact.value)}`,
      };
    case "emitted":
      return { sign: "journey", tone: "accent", title: `Event “${fact.event.event ?? ""}” raised by a journey` };
    case "webhook":
      return {
        sign: "journey",
        tone: fact.reason === undefined ? "calm" : "bad",
        title: `“${fact.journey}”: called the endpoint of ${fact.step}${fact.status === undefined ? "" : `, answered ${fact.status}`}`,
        ...(fact.reason === undefined ? {} : { because: fact.reason }),
      };
    case "run-moved":
      return {
        sign: "journey",
        tone: "calm",
        title: `“${fact.journey}”: moved from version ${fact.from} to ${fact.version}, at ${fact.step}`,
      };
    case "group-joined":
      return { sign: "user", tone: "accent", title: `Joined ${fact.groupType} “${fact.group}”` };
    case "group-left":
      return { sign: "user", tone: "calm", title: `Left ${fact.groupType} “${fact.group}”` };
    case "group-changed":
      return { sign: "user", tone: "calm", title: `${sentence(fact.groupType)} “${fact.group}” changed` };
    case "device-added":
      return { sign: "user", tone: "accent", title: "Device added" };
    case "device-removed":
      return { sign: "user", tone: "calm", title: "Device removed" };
    case "refused":
      return { sign: "refused", tone: "bad", title: `${sentence(fact.what)} not kept: ${fact.names.join(", ")}`, because: fact.reason };
    case "event-refused":
      return { sign: "refused", tone: "bad", title: `Event refused: ${fact.reason}` };
    case "suppressed":
      return {
        sign: "consent",
        tone: "bad",
        title: `Suppressed on ${fact.channel === "*" ? "all channels" : channelName(fact.channel)}`,
        ...(fact.reason === undefined ? {} : { because: fact.reason }),
      };
    case "unsuppressed":
      return {
        sign: "consent",
        tone: "good",
        title: `No longer suppressed on ${fact.channel === "*" ? "all channels" : channelName(fact.channel)}`,
      };
    case "subscription":
      return {
        sign: "consent",
        tone: fact.state === "opted-in" ? "good" : "wait",
        title: [
          describeConsent(fact.state),
          ...(fact.topic === undefined ? [] : [`“${fact.topic}”`]),
          ...(fact.channel === undefined ? [] : [`on ${channelName(fact.channel)}`]),
        ].join(" "),
        ...(fact.proof !== undefined && { because: describeProof(fact.proof) }),
      };
    case "wrote":
      return { sign: "message", tone: "accent", title: `Wrote “${fact.text}” by ${channelName(fact.channel)}` };
    case "links-followed": {
      const people = fact.links.filter(({ clicks }) => clicks > 0);
      return {
        sign: "message",
        tone: people.length > 0 ? "good" : "calm",
        title: people.length > 0 ? `Followed ${people.map(({ link }) => link).join(", ")}` : "Links followed by a program",
      };
    }
    case "merged":
      return {
        sign: "user",
        tone: fact.refused === undefined ? "calm" : "bad",
        title: fact.refused === undefined ? `Took over the history of ${fact.from}` : `Merge with ${fact.from} refused: ${fact.refused}`,
      };
  }
  // A newer platform than this page: named, not hidden.
  return { sign: "user", tone: "calm", title: sentence((fact as { readonly kind: string }).kind) };
};
