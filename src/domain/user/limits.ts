/**
 * What one user may hold. A user's object keeps each part of the state as one row of at most 2 MB and reads it whole, and a
 * write key in a browser may write to any user: without bounds anyone could make a user too large to be written ever again.
 * What is beyond a bound is refused and told in the timeline; everything else of the event counts.
 */
export const limits = {
  /** Characters of all attributes together as JSON, with their names and some room for their dates. */
  attributeCharacters: 128 * 1024,
  tags: 1_000,
  devices: 50,
  subscriptions: 1_000,
  /** Groups, those left that are remembered included, and the characters of all of them as JSON. */
  groups: 200,
  groupCharacters: 256 * 1024,
  /** Characters of one group's own attributes as JSON: each member carries them. */
  oneGroupCharacters: 16 * 1024,
  /** Manual segments that somebody put the user into or took it out of. */
  manual: 1_000,
  /** Anonymous ids and other users taken in. */
  merges: 500,
  /** Messages by call that wait to be sent, and the characters of what they brought along. */
  calls: 500,
  callCharacters: 8_000_000,
  /** Characters of one run's variables as JSON. */
  variableCharacters: 16 * 1024,
  /** Live runs of one journey with a key, over all key values. */
  keyedRuns: 500,
} as const;
