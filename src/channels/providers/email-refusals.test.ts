import { describe, expect, it } from "vitest";
import { attempted, outcomeOf, type Said } from "./email-kit.test-suite.ts";

/** How each provider refuses whom a mail is from. */
const refusals: Readonly<Record<string, readonly Said[]>> = {
  resend: [
    { status: 403, body: { statusCode: 403, name: "validation_error", message: "The shop.example domain is not verified." } },
    { status: 422, body: { statusCode: 422, name: "invalid_from_address", message: "Invalid `from` field." } },
  ],
  sendgrid: [
    { status: 403, body: { errors: [{ message: "The from address does not match a verified Sender Identity.", field: "from" }] } },
  ],
  postmark: [
    { status: 422, body: { ErrorCode: 400, Message: "The 'From' address you supplied is not a Sender Signature." } },
    { status: 422, body: { ErrorCode: 401, Message: "Sender signature not confirmed" } },
    { status: 422, body: { ErrorCode: 300, Message: "Invalid 'From' address: 'own@other.example' is not a verified sender signature." } },
  ],
  mailgun: [{ status: 400, body: { message: "'from' parameter is not a valid address. please check documentation" } }],
  mandrill: ["unsigned", "invalid-sender"].map((reject_reason) => ({
    status: 200,
    body: [{ email: "ada@example.com", status: "rejected", _id: "m1", reject_reason }],
  })),
  brevo: [{ status: 400, body: { code: "invalid_parameter", message: "Sender is invalid / inactive" } }],
  ses: [
    { status: 400, body: { message: "not verified" }, headers: { "x-amzn-errortype": "MailFromDomainNotVerifiedException" } },
    ...["own@other.example, shop@example.com", "Shop <shop@example.com>, Own <own@other.example>", "other.example, example.com"].map(
      (list) => ({
        status: 400,
        body: { message: `Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: ${list}` },
        headers: { "x-amzn-errortype": "MessageRejected" },
      }),
    ),
  ],
};

describe.each(Object.entries(refusals))("%s refuses a sender", (type, cases) => {
  it.each(cases)("$status $body: the provider's own is its operator's to mend, a message's own concerns that message alone", (said) => {
    const kindFor = (from?: string): string => outcomeOf(type, said, attempted(type, { from })).kind;
    expect(kindFor()).toBe("misconfigured");
    expect(kindFor("The Shop <SHOP@example.com>")).toBe("misconfigured");
    expect(kindFor(" ")).toBe("misconfigured");
    expect(kindFor("own@other.example")).toBe("rejected");
  });
});

it("ses: a recipient that is not verified, in an account of the sandbox, concerns that message alone", () => {
  const message = "Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: ada@example.org";
  const said = { status: 400, body: { message }, headers: { "x-amzn-errortype": "MessageRejected" } };
  expect(outcomeOf("ses", said, attempted("ses", { to: "ada@example.org" })).kind).toBe("rejected");
});

describe("where copies were taken and whom the mail is for was not, the address is known to be dead, and nobody else is asked", () => {
  it.each([
    [
      "mandrill",
      [
        { email: "Ada@example.com", status: "rejected", reject_reason: "hard-bounce", _id: "m0" },
        { email: "c@example.com", status: "sent", _id: "m1" },
      ],
    ],
    [
      "cloudflare-email",
      { success: true, errors: [], result: { delivered: ["c@example.com"], permanent_bounces: ["ada@example.com"], queued: [] } },
    ],
    [
      "postmark",
      {
        ErrorCode: 0,
        MessageID: "m1",
        Message:
          "Message OK, but will not deliver to these inactive addresses: b@example.com, ada@example.com. Inactive recipients are ones that have generated a hard bounce.",
      },
    ],
  ])("%s", (type, body) => {
    const kindFor = (to: string): string => outcomeOf(type, { status: 200, body }, attempted(type, { to })).kind;
    expect(kindFor("Ada <ada@example.com>")).toBe("unreachable");
    expect(kindFor("c@example.com")).toBe("accepted");
  });
});
