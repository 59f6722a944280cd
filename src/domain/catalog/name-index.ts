/**
 * Items by history name: exact names by one map look-up, prefixes (a trailing "*") by a walk over the few there are.
 * What an event costs grows with the definitions that mention its name, not with all of them.
 */
export interface NameIndex<T> {
  readonly find: (name: string) => readonly T[];
}

/** Builds the index; items keep the order given, exact ones before prefixes, each once. */
export const nameIndex = <T>(entries: Iterable<readonly [name: string, item: T]>): NameIndex<T> => {
  const exact = new Map<string, T[]>();
  const prefixes = new Map<string, T[]>();
  for (const [name, item] of entries) {
    const isPrefix = name.endsWith("*");
    const map = isPrefix ? prefixes : exact;
    const key = isPrefix ? name.slice(0, -1) : name;
    const items = map.get(key);
    if (items === undefined) map.set(key, [item]);
    else if (!items.includes(item)) items.push(item);
  }
  const prefixList = [...prefixes];
  const none: readonly T[] = [];
  return {
    find: (name) => {
      let found: readonly T[] = exact.get(name) ?? none;
      for (const [prefix, items] of prefixList)
        if (name.startsWith(prefix)) found = found.length === 0 ? items : [...new Set([...found, ...items])];
      return found;
    },
  };
};
