import * as z from "zod";
import { describe, expect, it } from "vitest";
import { dotted, problemsOf } from "./problems.ts";

const problems = (schema: z.ZodType, value: unknown) => problemsOf(schema.safeParse(value).error ?? new z.ZodError([]));

describe("problemsOf", () => {
  it("names each unknown field by itself, where it is", () => {
    const schema = z.strictObject({ steps: z.record(z.string(), z.strictObject({ next: z.string() })) });
    expect(problems(schema, { steps: { a: { next: "b", x: 1, y: 2 } } })).toEqual([
      { path: "steps.a.x", message: "Unknown field" },
      { path: "steps.a.y", message: "Unknown field" },
    ]);
  });

  it("writes list indexes in brackets", () => {
    expect(problems(z.object({ items: z.array(z.object({ id: z.string() })) }), { items: [{ id: "a" }, {}] })[0]?.path).toBe("items[1].id");
  });

  it("follows the branch of a union that was meant", () => {
    const schema = z.object({ to: z.union([z.string(), z.strictObject({ step: z.strictObject({ key: z.string() }) })]) });
    expect(problems(schema, { to: { step: { key: "a", colour: 1 } } })).toEqual([{ path: "to.step.colour", message: "Unknown field" }]);
  });

  it("lists at most 50", () => {
    expect(
      problems(
        z.array(z.string()),
        Array.from({ length: 100 }, () => 1),
      ),
    ).toHaveLength(50);
  });
});

describe("dotted", () => {
  it("brackets parts that the path language has no plain form for", () => {
    expect(dotted(["attributes", "first name", 0])).toBe('attributes["first name"][0]');
  });
});
