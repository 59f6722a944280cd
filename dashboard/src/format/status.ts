/** Colour of a state by what it means for the reader. */
export type Tone = "good" | "wait" | "bad" | "calm" | "accent";

const tones: Readonly<Record<string, Tone>> = {
  live: "good",
  paused: "wait",
  stopped: "bad",
  draft: "calm",
  queued: "wait",
  held: "wait",
  claimed: "wait",
  sent: "good",
  delivered: "good",
  opened: "accent",
  clicked: "accent",
  replied: "accent",
  converted: "accent",
  skipped: "calm",
  failed: "bad",
  uncertain: "bad",
  bounced: "bad",
  complained: "bad",
  unsubscribed: "bad",
};

export const toneOf = (status: string): Tone => tones[status] ?? "calm";
