/** A case that ends otherwise here, by a rule of docs/semantics.md or docs/language.md. */
export interface Deviation {
  /** What is so here; absent where only the way there is another. */
  readonly instead?: unknown;
  readonly rule: string;
}

const absent = 'null, a missing path and "" are absent; a negative operator is the exact negation of its positive one (Filters)';

export const deviations: Readonly<Record<string, Deviation>> = {
  "pv-010": { instead: true, rule: absent },
  "pv-012": {
    instead: false,
    rule: "a path through a list means any of its elements, and a negative operator is the exact negation of its positive one (Filters)",
  },
  "pv-015": { instead: false, rule: absent },
  "pv-017": { instead: true, rule: "clients mix numbers and their texts: a number is asked as its canonical text (Filters)" },
  "pv-018": { instead: false, rule: "booleans compare with booleans only (Filters)" },
  "pv-021": { instead: false, rule: absent },
  "pv-024": { rule: "a list of conditions holds 1 to 50: an empty one is refused (Conditions)" },
  "pv-025": { rule: "a list of conditions holds 1 to 50: an empty one is refused (Conditions)" },
  "pv-026": { rule: "a list of conditions holds 1 to 50: an empty one is refused (Conditions)" },
  "pv-027": { instead: "refused", rule: "a list of conditions holds 1 to 50: one without a list is refused (Conditions)" },
  "pv-041": { rule: "same user, same path, for ever (Identity of users, sampling)" },
};
