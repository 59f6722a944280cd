import { describe, expect, it } from "vitest";
import { groupCommit } from "./group-commit.ts";

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("groupCommit", () => {
  it("writes together what came while a write was under way, and tells each when its own is done", async () => {
    const writes: { readonly items: readonly number[]; readonly done: () => void; readonly fail: () => void }[] = [];
    const add = groupCommit(
      (items: readonly number[]) =>
        new Promise<void>((resolve, reject) => writes.push({ items, done: resolve, fail: () => reject(new Error("down")) })),
    );
    const told: string[] = [];
    const tell = (item: number) =>
      add(item).then(
        () => told.push(`${item} kept`),
        () => told.push(`${item} lost`),
      );
    const first = [tell(1), tell(2)];
    await settled();
    const second = [tell(3), tell(4)];
    await settled();
    expect(writes.map(({ items }) => items)).toEqual([[1, 2]]);
    writes[0]?.fail();
    await Promise.all(first);
    await settled();
    expect(told).toEqual(["1 lost", "2 lost"]);
    expect(writes.map(({ items }) => items)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    writes[1]?.done();
    await Promise.all(second);
    expect(told).toEqual(["1 lost", "2 lost", "3 kept", "4 kept"]);
  });
});
