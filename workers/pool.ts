/** Runs `work` on every item, at most `parallel` at once, in order of start. Rejects when one does; the others already begun go on. */
export const pool = async <T>(items: readonly T[], parallel: number, work: (item: T) => Promise<void>): Promise<void> => {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, lane));
};
