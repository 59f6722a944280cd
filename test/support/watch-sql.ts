import { runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import { userStub } from "./workspace.ts";

type Cursor = SqlStorageCursor<Record<string, SqlStorageValue>>;

/** Lets a test see each statement before it runs (and throw in its place), and its cursor after. Answers how to stop. */
export const watchSql = async (
  workspace: string,
  key: UserKey,
  {
    before,
    after,
    ownOnly = false,
  }: {
    /** Only this object's: alarms of others come when they will. */
    readonly ownOnly?: boolean;
    readonly before?: (statement: string, params: readonly unknown[]) => void;
    readonly after?: (cursor: Cursor) => void;
  },
): Promise<() => void> => {
  const spy = await runInDurableObject(userStub(workspace, key), (_object, state) => {
    // All objects share the prototype; it is the only place where the platform's own object can be watched.
    const prototype = Object.getPrototypeOf(state.storage.sql) as SqlStorage;
    const exec = Reflect.get(prototype, "exec") as (this: SqlStorage, ...args: unknown[]) => Cursor;
    const own = state.storage.sql;
    return vi.spyOn(prototype, "exec").mockImplementation(function (this: SqlStorage, ...args: unknown[]): never {
      if (ownOnly && this !== own) return exec.apply(this, args) as never;
      before?.(String(args[0]), args.slice(1));
      const cursor = exec.apply(this, args);
      after?.(cursor);
      return cursor as never; // exec is generic in its rows; whoever called knows them
    } as never);
  });
  return () => spy.mockRestore();
};
