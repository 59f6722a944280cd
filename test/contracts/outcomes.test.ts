import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { kindOf } from "../../src/channels/provider-definition.ts";
import type { Outcome } from "../../src/domain/message/message.ts";

/** A rule by which an answer is read, and the class it falls into. */
interface Rule {
  readonly status?: number | string;
  /** Path in the JSON body ("0.reject_reason"). */
  readonly body?: string;
  readonly is?: unknown;
  /** Name of an AWS error. */
  readonly error?: string | readonly string[];
  readonly class: "accepted" | "retry" | "suppress" | "config" | "permanent";
}

/** Providers whose rules are all of a form that an answer can be made from, by the name they have there. */
const providers: readonly (readonly [type: string, name: string])[] = [
  ["resend", "resend"],
  ["sendgrid", "sendgrid"],
  ["postmark", "postmark"],
  ["mailgun", "mailgun"],
  ["mandrill", "mandrill"],
  ["brevo", "brevo"],
  ["ses", "ses-v2"],
  ["expo", "expo-push"],
];

const outcomes: Readonly<Record<Rule["class"], Outcome["kind"]>> = {
  accepted: "accepted",
  retry: "retry",
  suppress: "unreachable",
  config: "misconfigured",
  permanent: "rejected",
};

const folder = process.env["TERN_CONTRACTS"];
const file = folder === undefined ? undefined : path.join(folder, "outcomes.json");
const known =
  file !== undefined && existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, { rules: Rule[] }>) : undefined;
if (known === undefined) console.warn("Skipped: rules by which answers are read (TERN_CONTRACTS names no folder with outcomes.json)");

/** Rules we read otherwise, by provider and word, and why: docs/decisions.md, Email providers. */
const otherwise: Readonly<Record<string, Outcome["kind"]>> = {
  "resend invalid_idempotent_request": "uncertain",
  "mandrill rule": "rejected",
};

/** `value` at "a.b" or "0.b" of a JSON body. */
const bodyWith = (place: string, value: unknown): unknown =>
  place
    .split(".")
    .reverse()
    .reduce((inner: unknown, name) => (/^\d+$/.test(name) ? [inner] : { [name]: inner }), value);

describe.skipIf(known === undefined).each(providers)("%s reads answers by the rules collected from its documents", (type, name) => {
  const kind = kindOf(type);
  const rules = known?.[name]?.rules ?? [];
  const cases = rules.flatMap((rule) => [rule.is ?? rule.error ?? null].flat().map((said) => ({ rule, said: said as unknown })));

  it.each(cases)("$rule.status $rule.body $said: $rule.class", ({ rule, said }) => {
    if (kind.via !== "http") throw new Error(`expected ${type} to be called over HTTP`);
    const isError = rule.error !== undefined;
    const body = rule.body !== undefined ? JSON.stringify(bodyWith(rule.body, said)) : isError ? JSON.stringify({ message: "x" }) : "";
    const reply = {
      kind: "answer",
      status: Number(rule.status ?? 400),
      headers: isError ? { "x-amzn-errortype": `${String(said)}:http://internal` } : {},
      body,
      complete: true,
      at: 0,
    } as const;
    expect(kind.outcome(reply).kind).toBe(otherwise[`${name} ${String(said)}`] ?? outcomes[rule.class]);
  });
});
