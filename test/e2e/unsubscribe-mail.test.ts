import { afterAll, beforeAll, expect, it } from "vitest";
import { startTern, type Tern, waitFor } from "../harness.ts";

let tern: Tern;

beforeAll(async () => {
  tern = await startTern();
}, 240_000);
afterAll(() => tern?.stop());

interface Sent {
  readonly items: readonly { readonly content: { readonly headers?: Readonly<Record<string, string>> } | null }[];
}

/** A mail as the runtime is given one: parsed by it, handed to the Worker's email handler. */
const arrive = async (subject: string): Promise<number> => {
  const lines = [
    "From: Ada <ada@example.com>",
    "To: out@mail.example.com",
    "Message-ID: <1@example.com>",
    `Subject: ${subject}`,
    "Content-Type: text/plain",
    "",
    "Please unsubscribe me.",
    "",
  ];
  const answer = await fetch(`${tern.url}/cdn-cgi/local/email?from=ada@example.com&to=out@mail.example.com`, {
    method: "POST",
    body: lines.join("\r\n"),
  });
  await answer.text();
  return answer.status;
};

it("a mail that List-Unsubscribe asks for unsubscribes; any other is sent back", { timeout: 60_000 }, async () => {
  await tern.api("PATCH", "/api/workspace", { links: { mailbox: "out@mail.example.com" } });
  await tern.api("PUT", "/api/topics/news", { name: "News", channels: ["email"], default: "opted-in" });
  const content = { subject: "News", html: '<a href="{{ unsubscribe_url }}">stop</a>' };
  await tern.api("PUT", "/api/templates/news", { channel: "email", name: "News", defaultLocale: "en", locales: { en: content } });
  await tern.api("PATCH", "/api/users/ada", { attributes: { email: "ada@example.com" } });
  const call = { user: { id: "ada" }, channel: "email", template: "news", topic: "news", transactional: false };
  await tern.api("POST", "/api/messages", call);
  const header = await waitFor(async () => {
    const { items } = (await tern.api("GET", "/api/messages?status=sent")) as Sent; // the API's contract, tested there
    return items[0]?.content?.headers?.["List-Unsubscribe"];
  }, 20_000);
  const [, address = ""] = /<(mailto:[^>]+)>/.exec(header) ?? [];
  const consent = async () => ((await tern.api("GET", "/api/users/ada/consent")) as { readonly items: readonly unknown[] }).items; // the same
  expect(await arrive("unsubscribe")).toBe(400);
  expect(await consent()).toEqual([]);
  expect(await arrive(new URL(address).searchParams.get("subject") ?? "")).toBe(200);
  expect(await consent()).toMatchObject([{ kind: "subscription", state: "opted-out", topic: "news", proof: { source: "mail" } }]);
});
