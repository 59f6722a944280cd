/**
 * Collects what is to be written while a write is under way and writes it together. The promise of each item settles with
 * the write that held it: one statement for many rows, and nobody is told "done" before it is.
 */
export function groupCommit<Item>(write: (items: readonly Item[]) => Promise<void>): (item: Item) => Promise<void> {
  let waiting: { readonly items: Item[]; readonly done: Promise<void> } | undefined;
  let running: Promise<void> = Promise.resolve();
  return (item) => {
    if (waiting) {
      waiting.items.push(item);
      return waiting.done;
    }
    const items = [item];
    const begin = (): Promise<void> => {
      waiting = undefined;
      return write(items);
    };
    const done = running.then(begin, begin);
    waiting = { items, done };
    running = done;
    return done;
  };
}
