import { describe, expect, it } from "vitest";
import { readBounded } from "./read-bounded.ts";

/** A stream of these chunks that notes how many were asked for and whether it was given up. */
const streamOf = (chunks: readonly string[]) => {
  const seen = { pulled: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const chunk = chunks[seen.pulled++];
        if (chunk === undefined) controller.close();
        else controller.enqueue(new TextEncoder().encode(chunk));
      },
      cancel: () => void (seen.cancelled = true),
    },
    { highWaterMark: 0 },
  );
  return { stream, seen };
};
const text = (bytes: Uint8Array | undefined) => (bytes === undefined ? undefined : new TextDecoder().decode(bytes));

describe("readBounded", () => {
  it("gives a body of exactly the limit as it came, in however many chunks", async () => {
    expect(text(await readBounded(streamOf(["ab", "", "cde"]).stream, 5))).toBe("abcde");
    expect(text(await readBounded(null, 5))).toBe("");
    expect(text(await readBounded(streamOf([]).stream, 0))).toBe("");
  });

  it("gives up a body one byte too long without reading on", async () => {
    const { stream, seen } = streamOf(["abc", "def", "never read"]);
    expect(await readBounded(stream, 5)).toBeUndefined();
    expect(seen).toEqual({ pulled: 2, cancelled: true });
  });

  it("throws what the stream throws", async () => {
    const broken = new ReadableStream<Uint8Array>({ pull: () => Promise.reject(new Error("cut")) });
    await expect(readBounded(broken, 5)).rejects.toThrow("cut");
  });
});
