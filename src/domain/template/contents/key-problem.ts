/** For `z.record`: says what is wrong with a key instead of "invalid key". */
export const keyProblem = {
  error: (issue: { readonly code?: string | undefined; readonly issues?: unknown }): string | undefined => {
    if (issue.code !== "invalid_key" || !Array.isArray(issue.issues)) return undefined;
    const first: unknown = issue.issues[0];
    return typeof first === "object" && first !== null && "message" in first ? String(first.message) : undefined;
  },
};
