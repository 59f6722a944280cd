import { describe, expect, it } from "vitest";
import type { ProviderDefinition } from "../src/channels/provider-definition.ts";
import { withCallback } from "./provider-callback.ts";
import type { Env } from "./env.ts";

const provider = (type: string, settings: Readonly<Record<string, unknown>> = {}): ProviderDefinition => ({
  key: "texts",
  channel: "sms",
  type,
  settings,
});
const callbackOf = (type: string, publicUrl: string | undefined, settings = {}): unknown =>
  withCallback({ PUBLIC_URL: publicUrl } as Env, "shop", provider(type, settings)).settings["callbackUrl"]; // of an environment, only that is read

describe("withCallback", () => {
  it.each(["twilio", "twilio-whatsapp", "vonage", "vonage-sms", "messagebird", "plivo", "telnyx"])(
    "%s is told its definition's own webhook address",
    (type) => expect(callbackOf(type, "https://tern.example.com/")).toBe("https://tern.example.com/hooks/shop/texts"),
  );

  it("is told what the operator says instead", () => {
    const callbackUrl = "https://proxy.example.com/x";
    expect(callbackOf("twilio", "https://tern.example.com", { callbackUrl })).toBe(callbackUrl);
  });

  it.each([undefined, "", "http://127.0.0.1:8787", "http://tern.example.com", "https://localhost", "https://10.0.0.1"])(
    "is told nothing where nobody outside could call it: %j",
    (publicUrl) => expect(callbackOf("twilio", publicUrl)).toBeUndefined(),
  );

  it.each(["resend", "slack", "whatsapp-cloud", "fcm", "outbox"])("%s has no such setting", (type) =>
    expect(callbackOf(type, "https://tern.example.com")).toBeUndefined(),
  );
});
