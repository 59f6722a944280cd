import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { planned } from "../../../test/support/query-plan.ts";
import { messagesById, messagesByProviderId, usersByEmails, usersByPhone } from "./find-reported.ts";

let made = 0;
const workspaceWith = async (emails: Readonly<Record<string, string>>): Promise<string> => {
  const workspace = `reported-${++made}`;
  await env.DB.batch(
    Object.entries(emails).map(([user, email]) =>
      env.DB.prepare("INSERT INTO users (workspace, user, email, created_at, last_seen_at) VALUES (?, ?, ?, 0, 0)").bind(
        workspace,
        user,
        email,
      ),
    ),
  );
  return workspace;
};

describe("usersByEmails", () => {
  it("finds users of many addresses at once, in whatever case either is written, of this workspace only", async () => {
    const workspace = await workspaceWith({
      "u:1": "Ada@Example.com",
      "u:2": "ada@example.com",
      "u:3": "grace@example.com",
      "u:4": "x@example.com",
    });
    await workspaceWith({ "u:9": "ada@example.com" });
    const found = await usersByEmails(env.DB, workspace, ["ADA@example.com", "Grace@Example.com", "nobody@example.com"]);
    expect(Object.fromEntries([...found].map(([address, users]) => [address, users.toSorted()]))).toEqual({
      "ada@example.com": ["u:1", "u:2"],
      "grace@example.com": ["u:3"],
    });
  });

  it("asks once for a thousand addresses, by indexes", async () => {
    const workspace = await workspaceWith({ "u:1": "u500@example.com" });
    const { db, plan } = planned();
    const addresses = Array.from({ length: 1_000 }, (_, index) => `u${index}@example.com`);
    expect(await usersByEmails(db, workspace, addresses)).toEqual(new Map([["u500@example.com", ["u:1"]]]));
    expect(await plan("users", workspace, "[]", 1)).toEqual([
      expect.stringContaining("users_by_email (workspace=? AND email=?)"),
      expect.stringContaining("users_by_folded_email (workspace=? AND <expr>=?)"),
    ]);
  });
});

it("users of a telephone number are looked up by its digits", async () => {
  const { db, plan } = planned();
  await usersByPhone(db, "w1", "+49 151 1");
  expect(await plan("users", "w1", "491511", 1)).toEqual([expect.stringContaining("users_by_phone (workspace=? AND <expr>=?)")]);
});

describe("messages a batch of reports is about", () => {
  it.each([
    ["our word", messagesById, "PRIMARY KEY (workspace=? AND id=?)"],
    ["their provider's", messagesByProviderId, "messages_by_provider_id (workspace=? AND provider_message_id=?)"],
  ] as const)("are looked up by %s one by one, not looked for among all of the workspace", async (_, find, index) => {
    const { db, plan } = planned();
    await find(db, "w1", ["m1", "m2"]);
    expect(await plan("messages", "w1", '["m1"]')).toEqual([expect.stringContaining(index)]);
  });
});
