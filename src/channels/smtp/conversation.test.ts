import fc from "fast-check";
import { expect, it } from "vitest";
import { converse } from "./conversation.ts";
import { readSmtpEnd } from "./reply.ts";
import type { SmtpMail, SmtpServer, SmtpWire } from "./smtp.ts";

const mail: SmtpMail = {
  from: "shop@example.com",
  recipients: ["ada@example.com", "grace@example.com"],
  data: "Subject: Hi\r\n\r\n.dot\r\n",
  hello: "example.com",
};

/** What a server does when it is its turn: says something, in pieces or not, closes, or does not answer in time. */
type Turn = { readonly says: string } | "close" | "hang";

const replies = [
  "220 hi",
  "250 ok",
  "250-a\r\n250 AUTH PLAIN",
  "250-SIZE 9\r\n250 STARTTLS",
  "252 will try",
  "334 ",
  "235 in",
  "354 go on",
  "421 busy",
  "450 later",
  "451 4.3.0 later",
  "530 login",
  "535 no",
  "550 5.1.1 nobody",
  "550 5.7.1 no",
  "554 relay denied",
  "999 what",
  "nonsense",
  "250 one\r\n250 two",
];
const turn: fc.Arbitrary<Turn> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...replies).map((reply): Turn => ({ says: `${reply}\r\n` })) },
  { weight: 1, arbitrary: fc.constantFrom("close" as const, "hang" as const) },
);
/** Mostly what belongs there, so that conversations come to their end. */
const usual = [
  "220 hi\r\n",
  "250-mail\r\n250 SIZE 9\r\n",
  "250 ok\r\n",
  "250 ok\r\n",
  "250 ok\r\n",
  "354 go on\r\n",
  "250 queued as X1\r\n",
];
const turns = fc.tuple(
  ...usual.map((reply) => fc.oneof({ weight: 4, arbitrary: fc.constant<Turn>({ says: reply }) }, { weight: 1, arbitrary: turn })),
);

/** A wire to such a server, and what was written to it before and after the dot that ends the mail. */
const wireOf = (script: readonly Turn[], bytes: number) => {
  const said: string[] = [];
  const answersToDot: string[] = [];
  let pending = "";
  const left = [...script];
  const wire: SmtpWire = {
    read: () => {
      if (pending === "") {
        const next = left.shift() ?? "close";
        if (next === "close") return Promise.resolve(undefined);
        if (next === "hang") return Promise.reject(new Error("no answer within 20 s"));
        pending = next.says;
        if (said.at(-1) === ".\r\n") answersToDot.push(next.says);
      }
      const piece = pending.slice(0, bytes);
      pending = pending.slice(bytes);
      return Promise.resolve(new TextEncoder().encode(piece));
    },
    write: (text) => Promise.resolve(void said.push(text)),
    startTls: () => Promise.resolve(),
  };
  return { wire, said, answersToDot };
};

it("whatever a server says: a mail is taken only by its yes to the dot, and tried again only where no dot went or it said so", async () => {
  const security: fc.Arbitrary<SmtpServer["security"]> = fc.constantFrom("tls", "starttls");
  const login = fc.option(fc.constant({ user: "shop", password: "secret" }), { nil: undefined });
  const ends = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(turns, security, login, fc.integer({ min: 1, max: 40 }), async (script, secured, credentials, bytes) => {
      const { wire, said, answersToDot } = wireOf(script, bytes);
      const server = { host: "mail.example.com", port: 465, security: secured, ...(credentials && { login: credentials }) };
      const { kind } = readSmtpEnd(await converse(server, mail, wire));
      ends.set(kind, (ends.get(kind) ?? 0) + 1);
      const dots = said.filter((text) => text === ".\r\n").length;
      const answer = answersToDot[0] ?? "";
      expect(dots).toBeLessThanOrEqual(1);
      if (kind === "accepted") expect([dots, answer]).toEqual([1, expect.stringMatching(/^2\d\d/)]);
      if (kind === "retry" && dots === 1) expect(answer).toMatch(/^4\d\d/);
      if (kind === "uncertain") expect(dots).toBe(1);
      if (dots === 1 && /^2\d\d/.test(answer)) expect(["accepted", "uncertain"]).toContain(kind);
      // Nothing secret, and no mail, before TLS.
      if (secured === "starttls" && !said.includes("STARTTLS\r\n")) expect(said.join("")).not.toMatch(/AUTH|MAIL/);
    }),
    { numRuns: 2_000 },
  );
  // Conversations did come to every place.
  for (const kind of ["accepted", "retry", "misconfigured"]) expect(ends.get(kind) ?? 0).toBeGreaterThan(10);
});
