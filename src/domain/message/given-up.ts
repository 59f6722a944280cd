import type { Message } from "./message.ts";

/** A dead letter. `mayBeOut`: an attempt ended without a clear answer, so its user may have it. */
export interface GivenUp {
  readonly mayBeOut: boolean;
}

/** What is given up for good, failed or uncertain, and may be sent again; undefined for every other message. */
export const givenUp = ({ status, unclear }: Pick<Message, "status" | "unclear">): GivenUp | undefined =>
  status === "failed" || status === "uncertain" ? { mayBeOut: status === "uncertain" || unclear === true } : undefined;
