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

  it.each([
    [z.object({ a: z.string() }), {}, "a", "is required: a text"],
    [z.object({ a: z.string() }), { a: 1 }, "a", "has to be a text"],
    [z.object({ a: z.record(z.string(), z.string()) }), { a: [] }, "a", "has to be an object"],
    [z.object({ a: z.int() }), { a: 1.5 }, "a", "has to be a whole number"],
    [z.strictObject({ to: z.string() }), undefined, "", "is required: an object"],
    [z.object({ a: z.enum(["email", "sms"]) }), { a: "fax" }, "a", "has to be one of email, sms"],
    [z.object({ a: z.enum(["email", "sms"]) }), {}, "a", "has to be one of email, sms"],
    [z.object({ a: z.literal("x") }), { a: 1 }, "a", "has to be x"],
    [
      z.object({ a: z.discriminatedUnion("type", [z.object({ type: z.literal("x") }), z.object({ type: z.literal("y") })]) }),
      { a: { type: "q" } },
      "a.type",
      "has to be one of x, y",
    ],
    [z.object({ a: z.union([z.string(), z.number()]) }), {}, "a", "is required: a text or a number"],
    [z.object({ a: z.union([z.string(), z.number()]) }), { a: [] }, "a", "has to be a text or a number"],
    [z.object({ a: z.string({ error: "a key has letters" }) }), {}, "a", "a key has letters"],
    [z.object({ a: z.union([z.string().max(1), z.number()]) }), { a: "long" }, "a", "has to have at most 1 characters"],
    [z.object({ a: z.string().min(1) }), { a: "" }, "a", "may not be empty"],
    [z.object({ a: z.array(z.string()).max(1) }), { a: ["x", "y"] }, "a", "has to have at most 1 items"],
    [z.object({ a: z.number().positive() }), { a: 0 }, "a", "has to be more than 0"],
    [z.object({ a: z.int().max(9) }), { a: 10 }, "a", "has to be at most 9"],
    [z.object({ a: z.string().max(3, "a name has 3 letters") }), { a: "long" }, "a", "a name has 3 letters"],
  ])("says what a place has to be, in plain words, and keeps what a schema says itself: %#", (schema, value, path, message) =>
    expect(problems(schema, value)).toEqual([{ path, message }]),
  );

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
