/**
 * Shares reads of a value that may change at any moment: whoever asks gets a read that began after they asked, and all who
 * ask while one is under way share the next. So a claim is never made on a version read before `stop` had answered, and
 * many claims cost few reads.
 */
export function sharedRead<Value>(read: (key: string) => Promise<Value>): (key: string) => Promise<Value> {
  const waiting = new Map<string, Promise<Value>>();
  const running = new Map<string, Promise<unknown>>();
  return (key) => {
    const next = waiting.get(key);
    if (next) return next;
    const start = (): Promise<Value> => {
      waiting.delete(key);
      const reading = read(key);
      running.set(key, reading);
      return reading;
    };
    const mine = (running.get(key) ?? Promise.resolve()).then(start, start);
    waiting.set(key, mine);
    return mine;
  };
}
