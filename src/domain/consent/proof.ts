import type { UserKey } from "../user/user-key.ts";

/** Where a word about consent came from. */
export const consentSources = ["page", "one-click", "mail", "confirmation", "api", "sms", "import", "provider", "merge"] as const;
export type ConsentSource = (typeof consentSources)[number];

/** What shows that somebody said it: kept with the fact, in the user's own timeline. */
export interface ConsentProof {
  readonly source: ConsentSource;
  /** What the person was shown, or wrote. */
  readonly text?: string;
  /** The message whose link was used. */
  readonly message?: string;
  readonly ip?: string;
  readonly userAgent?: string;
  /** Source `merge`: the word itself, said of a user who became this one. */
  readonly of?: EarlierWord;
}

/** What was said of another user, when (ms), and what shows it. */
export interface EarlierWord {
  readonly user: UserKey;
  readonly at: number;
  readonly proof?: Omit<ConsentProof, "of">;
}
