import { expect, it } from "vitest";
import { planned } from "../../../test/support/query-plan.ts";
import { searchUsers, usersByContact } from "./directory.ts";

it.each([
  ["email", "Ada@example.com", "users_by_email (workspace=? AND email=?)"],
  ["phone", "+49 151 1", "users_by_phone (workspace=? AND <expr>=?)"],
] as const)("a user is found by %s without reading those of others", async (by, value, index) => {
  const { db, plan } = planned();
  await usersByContact(db, "w1", { by, value, limit: 2 });
  expect(await plan("users", "w1", value, value, 2)).toEqual([expect.stringContaining(index)]);
});

it("a search reads what it finds: each of its ranges is one of an index", async () => {
  const { db, plan } = planned();
  await searchUsers(db, { workspace: "w1", search: "ada", after: "", limit: 10 });
  const lines = await plan("SEARCH u", "w1", "", 10, "u:a", "u:b", "a:a", "a:b", "a", "b", "a", "b");
  expect(lines.map((line) => line.replace(/.* USING /, ""))).toEqual([
    "PRIMARY KEY (workspace=? AND user>? AND user<?)",
    "PRIMARY KEY (workspace=? AND user>? AND user<?)",
    "INDEX users_by_email (workspace=? AND email>? AND email<?)",
    "INDEX users_by_email (workspace=? AND email>? AND email<?)",
  ]);
});
