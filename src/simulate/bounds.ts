/**
 * What one simulation may take: it answers within a request's time, and its answer fits a request. Whatever goes beyond is
 * refused with the bound that was met.
 */
export const bounds = {
  /** Lines of a script. */
  items: 10_000,
  expectations: 1_000,
  users: 1_000,
  /** Definitions of one kind that a script brings. */
  definitions: 500,
  /** Publications, pauses, resumptions and stops: each compiles all definitions anew. */
  publications: 100,
  /** From the oldest item to the end, ms: ten years. */
  spanMs: 3_660 * 86_400_000,
  /** Decisions: of events, timers, claims and answers together. */
  decisions: 50_000,
  /** Lines of the trace. */
  trace: 20_000,
  /** Characters of rendered messages in the trace; those beyond it are traced without their content. */
  content: 2_000_000,
} as const;
