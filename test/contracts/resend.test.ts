import { describe, expect, it } from "vitest";
import { resend } from "../../src/channels/providers/resend.ts";
import type { MessageContent } from "../../src/domain/message/message.ts";
import { officialContract, schemaOf } from "./official.ts";

const contract = officialContract("resend");
const settings = { apiKey: "re_123456", from: "Shop <shop@example.com>" };
const plain: Extract<MessageContent, { channel: "email" }> = { channel: "email", subject: "Hi", html: "<p>Hi</p>", text: "Hi" };
const full = {
  ...plain,
  from: "a@example.com",
  replyTo: "r@example.com",
  preheader: "p",
  cc: ["c@example.com"],
  bcc: ["b@example.com"],
  headers: { "X-Ref": "1" },
};

describe.skipIf(contract === undefined)("resend against its official contract", () => {
  const operation = contract?.paths["/emails"]?.["post"];
  const request = (content: MessageContent) =>
    resend.request(
      { workspace: "w1", user: "u:1", id: "m0abc", echo: "w1-0-m0abc", to: "ada@example.com", content },
      settings,
      resend.baseUrl ?? "",
    );

  it.each([
    ["the least", plain],
    ["everything", full],
  ] as const)("a message with %s is a valid request", (_, content) => {
    if (!contract || !operation) throw new Error("expected POST /emails");
    const { url, method, headers, body } = request(content);
    expect([method, url]).toEqual(["POST", `${contract.servers[0]?.url}/emails`]);
    const checked = schemaOf(contract, operation.requestBody.content["application/json"]?.schema).safeParse(JSON.parse(String(body)));
    expect(checked.error?.issues ?? []).toEqual([]);
    const key = operation.parameters?.find((parameter) => parameter.in === "header" && parameter.name === "Idempotency-Key");
    expect(schemaOf(contract, key?.schema).safeParse(headers["idempotency-key"]).success).toBe(true);
  });

  it("the check finds what is wrong", () => {
    if (!contract || !operation) throw new Error("expected POST /emails");
    const schema = schemaOf(contract, operation.requestBody.content["application/json"]?.schema);
    expect(schema.safeParse({ from: "a@example.com", subject: "Hi" }).success).toBe(false);
    expect(schema.safeParse({ from: "a@example.com", to: ["b@example.com"], subject: "Hi", replyTo: "x" }).success).toBe(false);
  });

  it.each([
    ["200", "accepted"],
    ["401", "misconfigured"],
    ["409", "retry"],
    ["422", "rejected"],
    ["429", "retry"],
    ["500", "retry"],
  ])("its example of a %s answer is read as %s", (status, outcome) => {
    const body = JSON.stringify(operation?.responses[status]?.content?.["application/json"]?.example);
    expect(resend.outcome({ kind: "answer", status: Number(status), headers: {}, body, complete: true, at: 0 }).kind).toBe(outcome);
  });
});
