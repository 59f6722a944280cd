import type { Outcome } from "../domain/message/message.ts";

/** A request could not be made, and what that means for its message is known: nothing was sent. */
export class Unprepared extends Error {
  readonly outcome: Exclude<Outcome, { readonly kind: "accepted" | "uncertain" }>;

  constructor(outcome: Unprepared["outcome"]) {
    super(outcome.detail);
    this.outcome = outcome;
  }
}
