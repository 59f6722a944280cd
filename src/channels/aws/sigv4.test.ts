import { describe, expect, it } from "vitest";
import type { HttpCall } from "../provider.ts";
import { type AwsScope, signAws } from "./sigv4.ts";

/** The values of AWS's own test suite for Signature Version 4, and the signatures it publishes for them. */
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const scope: AwsScope = { region: "us-east-1", service: "service", at: Date.parse("2015-08-30T12:36:00Z") };

type More = Pick<HttpCall, "headers" | "body">;
const signatureOf = async (method: string, path: string, more: Partial<More>) => {
  const { headers } = await signAws({ method, url: `https://example.amazonaws.com${path}`, headers: {}, ...more }, credentials, scope);
  return headers["authorization"];
};
const expected = (names: string, signature: string): string =>
  `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${names}, Signature=${signature}`;

describe("signAws", () => {
  const form = { headers: { "Content-Type": "application/x-www-form-urlencoded" }, body: "Param1=value1" };
  it.each([
    {
      vector: "get-vanilla",
      call: ["GET", "/", {}],
      names: "host;x-amz-date",
      signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    },
    {
      vector: "post-vanilla",
      call: ["POST", "/", {}],
      names: "host;x-amz-date",
      signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    },
    {
      vector: "get-vanilla-query-order-key-case",
      call: ["GET", "/?Param2=value2&Param1=value1", {}],
      names: "host;x-amz-date",
      signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    },
    {
      vector: "post-header-key-sort",
      call: ["POST", "/", { headers: { "My-Header1": "value1" } }],
      names: "host;my-header1;x-amz-date",
      signature: "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
    },
    {
      vector: "post-header-value-case",
      call: ["POST", "/", { headers: { "My-Header1": "VALUE1" } }],
      names: "host;my-header1;x-amz-date",
      signature: "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
    },
    {
      vector: "post-x-www-form-urlencoded",
      call: ["POST", "/", form],
      names: "content-type;host;x-amz-date",
      signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    },
  ] as const)("makes the published signature of $vector", async ({ call: [method, path, more], names, signature }) => {
    expect(await signatureOf(method, path, more)).toBe(expected(names, signature));
  });

  it("signs a session token along, and another body, region or instant is another signature", async () => {
    const call = { method: "POST", url: "https://example.amazonaws.com/", headers: {}, body: "{}" };
    const signed = await signAws(call, { ...credentials, sessionToken: "token" }, scope);
    expect(signed.headers).toMatchObject({ "x-amz-security-token": "token", "x-amz-date": "20150830T123600Z" });
    expect(signed.headers["authorization"]).toContain("SignedHeaders=host;x-amz-date;x-amz-security-token,");
    const others = await Promise.all([
      signAws(call, credentials, scope),
      signAws({ ...call, body: "[]" }, credentials, scope),
      signAws(call, credentials, { ...scope, region: "eu-west-1" }),
      signAws(call, credentials, { ...scope, at: scope.at + 1_000 }),
      signAws(call, { ...credentials, secretAccessKey: "other" }, scope),
    ]);
    expect(new Set(others.map(({ headers }) => headers["authorization"]?.split("Signature=")[1])).size).toBe(5);
  });
});
