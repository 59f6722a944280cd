/**
 * Every refusal a caller can meet: its stable code, HTTP status and title; whether the caller may try again follows from
 * the status. Codes are part of the API (problem+json `code`): add, never rename.
 */
export const faults = {
  "bad-json": { status: 400, title: "The body is not valid JSON" },
  "bad-input": { status: 400, title: "The input is not valid" },
  "bad-definition": { status: 400, title: "The definition is not valid" },
  "bad-cursor": { status: 400, title: "The cursor is not one of ours" },
  "missing-key": { status: 401, title: "No key was given" },
  "wrong-key": { status: 401, title: "The key is not known, expired or revoked" },
  "not-signed-in": { status: 401, title: "Not signed in" },
  "not-allowed": { status: 403, title: "The key or role does not allow this" },
  "not-found": { status: 404, title: "Not found" },
  "method-not-allowed": { status: 405, title: "The path exists, the method does not" },
  conflict: { status: 409, title: "It conflicts with what is there" },
  "idempotency-conflict": { status: 409, title: "The Idempotency-Key was used for another request" },
  "changed-meanwhile": { status: 412, title: "The definition changed since it was read (If-Match)" },
  "too-large": { status: 413, title: "The body is too large" },
  "too-many-requests": { status: 429, title: "Too many requests" },
  "try-again": { status: 503, title: "Could not be done now; try again" },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

export type FaultCode = keyof typeof faults;

/** One bad place in the input: a dotted path and a sentence. */
export interface InputProblem {
  readonly path: string;
  readonly message: string;
}

/** A refusal to a caller. Thrown anywhere, turned into an answer in one place (`onError`). */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly problems: readonly InputProblem[];
  constructor(code: FaultCode, detail?: string, problems: readonly InputProblem[] = []) {
    super(detail ?? faults[code].title);
    this.name = "Fault";
    this.code = code;
    this.problems = problems;
  }
}
