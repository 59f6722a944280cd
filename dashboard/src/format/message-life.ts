import type { WireFact } from "../api/types.ts";
import { describeFact, type FactText } from "./fact.ts";
import { sentence } from "./text.ts";

type MessageFact = Extract<WireFact, { kind: "message" }>;

/** Statuses at which a provider is, or was, spoken to. */
const attempted = new Set(["claimed", "sent", "failed", "uncertain"]);

/**
 * A fact on the page of the message it is about: the status, for it is all there is to say, with the attempt and the
 * provider where one was spoken to. Any other fact is worded as everywhere.
 */
export const describeLife = (fact: WireFact): FactText => {
  const words = describeFact(fact);
  return fact.kind === "message" ? { ...words, title: describeStatus(fact) } : words;
};

const describeStatus = ({ status, attempts, provider }: MessageFact): string => {
  if (!attempted.has(status) || attempts === 0) return sentence(status);
  const by = provider === undefined ? "" : ` by ${provider}`;
  return `${sentence(status)}${by}${attempts > 1 ? `, attempt ${attempts}` : ""}`;
};
