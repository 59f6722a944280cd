/** Why an item was refused. Codes are part of the API: add, never rename. */
export type RejectionCode =
  | "not-an-object"
  | "unknown-type"
  /** Segment's own word for it: neither a userId nor an anonymousId. */
  | "no_user_anon_id"
  | "missing"
  | "wrong-type"
  | "bad-text"
  | "too-long"
  | "bad-time"
  | "too-deep"
  | "too-many"
  | "too-large"
  /** Against a rule of the workspace about this event (block). */
  | "schema"
  /** The same, where the rule only warns: the item was accepted. */
  | "schema-warning";

/** What is wrong with one item: a dotted path into it, a stable code and a sentence. */
export interface Refusal {
  readonly field: string;
  readonly code: RejectionCode;
  readonly message: string;
}

/** A refusal with the item's place in its request. */
export interface Rejection extends Refusal {
  readonly index: number;
}

/** Thrown inside the reading of one item and caught around it: a single bad item never costs the good ones. */
export class Refused extends Error {
  readonly refusal: Refusal;
  constructor(field: string, code: RejectionCode, message: string) {
    super(message);
    this.refusal = { field, code, message };
  }
}
