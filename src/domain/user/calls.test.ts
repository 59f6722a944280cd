import { describe, expect, it } from "vitest";
import { renderTemplate } from "../template/render.ts";
import { templateSchema } from "../template/template.ts";
import type { MessagePayload } from "../message/message.ts";
import type { CalledMessage } from "./stimulus.ts";
import { catalogOf, DAY, HOUR, identify, MINUTE, START, TestUser } from "./user-kit.test-suite.ts";

const called = (more: Partial<CalledMessage> = {}): CalledMessage => ({
  id: "m1",
  channel: "email",
  template: "hello",
  transactional: true,
  ...more,
});
const ada = (parts: Parameters<typeof catalogOf>[0] = {}): TestUser => {
  const user = new TestUser(catalogOf(parts));
  user.event(identify({ email: "ada@example.com" }, START));
  return user;
};
const inline = (content: object, channel = "email") =>
  templateSchema.parse({ key: "inline", channel, name: "Inline", defaultLocale: "en", locales: { en: content } });
const messages = (user: TestUser) => user.facts.flatMap((fact) => (fact.kind === "message" ? [[fact.status, fact.reason]] : []));

describe("a message by call", () => {
  it("is queued, claimed and sent without a run", () => {
    const user = ada();
    expect(user.do({ type: "send", message: called() }).deliver).toEqual([{ channel: "email", message: "m1" }]);
    user.accept("m1");
    expect(messages(user)).toEqual([
      ["queued", undefined],
      ["claimed", undefined],
      ["sent", undefined],
    ]);
  });

  it("is taken once, however often it is asked for: open, sent or cancelled", () => {
    const user = ada();
    for (const _time of [1, 2]) user.do({ type: "send", message: called() });
    user.accept("m1");
    expect(user.do({ type: "send", message: called() }).deliver).toEqual([]);
    user.do({ type: "send", message: called({ id: "m2" }) });
    user.do({ type: "cancel", message: "m2" });
    expect(user.do({ type: "send", message: called({ id: "m2" }) }).deliver).toEqual([]);
    expect(user.state.open).toEqual({});
  });

  it("makes the user, who is known by the address the call named", () => {
    const user = new TestUser(catalogOf(), "a:email:ada@example.com");
    const contact = { attribute: "email" as const, value: "ada@example.com" };
    user.do({ type: "send", message: called(), contact });
    expect(user.kinds("user")).toMatchObject([{ email: "ada@example.com" }]);
    expect(user.claim("m1").claim).toMatchObject({ kind: "send", rendered: { to: "ada@example.com" } });
    // What the user says of themselves since stays.
    user.event(identify({ email: "new@example.com" }, START + MINUTE));
    user.do({ type: "send", message: called({ id: "m2" }), contact });
    expect(user.claim("m2").claim).toMatchObject({ rendered: { to: "new@example.com" } });
  });

  it("waits for sendAt, exactly, and is offered then", () => {
    const user = ada();
    user.do({ type: "send", message: called({ sendAt: START + DAY }) });
    expect([user.state.open["m1"]?.status, user.nextDue]).toEqual(["held", START + DAY]);
    expect(user.tick(START + DAY - 1).deliver).toEqual([]);
    expect(user.tick(START + DAY).deliver).toEqual([{ channel: "email", message: "m1" }]);
  });

  it("a sendAt in the past is now", () => {
    expect(
      ada()
        .do({ type: "send", message: called({ sendAt: START - 1 }) })
        .deliver.map(({ message }) => message),
    ).toEqual(["m1"]);
  });

  it("is cancelled while it waits, not once it is claimed", () => {
    const user = ada();
    user.do({ type: "send", message: called({ sendAt: START + DAY }) });
    user.do({ type: "cancel", message: "m1" });
    expect(messages(user).at(-1)).toEqual(["skipped", "cancelled"]);
    expect(user.tick(START + DAY).deliver).toEqual([]);
    user.do({ type: "send", message: called({ id: "m2" }) });
    user.claim("m2");
    user.do({ type: "cancel", message: "m2" });
    expect(user.state.open["m2"]?.status).toBe("claimed");
  });

  it("cancelled after an attempt that may have arrived is uncertain, not skipped", () => {
    const user = ada({ providers: [{ key: "mail", channel: "email", type: "resend", default: true, resendUncertain: true }] });
    user.do({ type: "send", message: called() });
    user.claim("m1");
    user.do({ type: "settled", message: "m1", attempt: 1, outcome: { kind: "uncertain", detail: "cut" } });
    user.do({ type: "cancel", message: "m1" });
    expect(messages(user).at(-1)).toEqual(["uncertain", "cancelled"]);
  });

  it("makes nobody when something unknown is cancelled", () => {
    const user = new TestUser(catalogOf());
    expect(user.do({ type: "cancel", message: "m1" }).state.meta.catalog).toBe(-1);
  });

  it("brings its content, data and attachments; they are forgotten once it is sent, and kept where it failed", () => {
    const payload: MessagePayload = {
      content: inline({ subject: "Order {{ data.order }}", html: "<p>{{ trigger.properties.order }}</p>" }),
      data: { order: 7 },
      attachments: [{ name: "a.txt", type: "text/plain", content: "aGk=" }],
      characters: 10,
    };
    const user = ada();
    user.do({ type: "send", message: called({ template: "", payload }) });
    const first = user.claim("m1", START, renderTemplate).claim;
    expect(first).toMatchObject({
      kind: "send",
      rendered: { content: { subject: "Order 7", html: "<p>7</p>", attachments: [{ name: "a.txt" }] } },
    });
    expect(first.kind === "send" && first.message.payload).toBeUndefined();
    // Kept once: what is rendered does not hold the files again.
    expect(user.state.open["m1"]?.rendered?.content).not.toHaveProperty("attachments");
    user.do({ type: "settled", message: "m1", attempt: 1, outcome: { kind: "retry", detail: "503" } });
    user.sleep(START + HOUR);
    expect(user.claim("m1", START + HOUR, renderTemplate).claim).toMatchObject({ rendered: { content: { attachments: [{}] } } });
    user.do({ type: "settled", message: "m1", attempt: 2, outcome: { kind: "accepted" } });
    expect(user.history.message("m1")).not.toHaveProperty("payload");
    user.do({ type: "send", message: called({ id: "m2", template: "", payload }) });
    user.claim("m2", START + HOUR, renderTemplate);
    user.do({ type: "settled", message: "m2", attempt: 1, outcome: { kind: "rejected", detail: "no" } });
    expect(user.history.message("m2")).toHaveProperty("payload");
  });

  it("is written in the language the call asks for, else in the user's", () => {
    const two = { en: { subject: "Hello", html: "<p>-</p>" }, de: { subject: "Hallo", html: "<p>-</p>" } };
    const content = templateSchema.parse({ key: "inline", channel: "email", name: "I", defaultLocale: "en", locales: two });
    const user = ada();
    user.do({ type: "send", message: called({ payload: { content, characters: 1 }, locale: "de" }) });
    expect(user.claim("m1", START, renderTemplate).claim).toMatchObject({ rendered: { content: { subject: "Hallo" } } });
  });

  it("transactional messages ignore opt-out, caps and quiet hours, never hard suppression", () => {
    const rules = { caps: [{ count: 1, per: "P1D" }], quietHours: { from: "00:00", to: "23:59" } };
    const user = ada({ rules });
    user.do({ type: "subscription", id: "s", channel: "email", state: "opted-out" });
    for (const id of ["m1", "m2"]) {
      user.do({ type: "send", message: called({ id }) });
      expect(user.claim(id).claim.kind).toBe("send");
    }
    user.do({ type: "suppress", channel: "*", reason: "erased" });
    user.do({ type: "send", message: called({ id: "m3" }) });
    expect(user.claim("m3").claim).toMatchObject({ kind: "no", reason: "suppressed: erased" });
  });

  it("a marketing message by call follows consent: an opt-out that comes before the claim stops it", () => {
    const user = ada({ topics: [{ key: "offers", name: "Offers", channels: ["email"], default: "opted-in" }] });
    user.do({ type: "send", message: called({ transactional: false, topic: "offers" }) });
    user.do({ type: "subscription", id: "s", topic: "offers", state: "opted-out" });
    expect(user.claim("m1").claim).toMatchObject({ kind: "no", reason: "unsubscribed from the topic" });
  });

  it("is refused where too many wait, or what they brought along is too much to keep", () => {
    const user = ada();
    for (let n = 0; n < 510; n++) user.do({ type: "send", message: called({ id: `m${n}`, sendAt: START + DAY }) });
    expect(Object.keys(user.state.open)).toHaveLength(500);
    const heavy = ada();
    for (let n = 0; n < 9; n++) heavy.do({ type: "send", message: called({ id: `m${n}`, payload: { characters: 1_000_000 } }) });
    expect(Object.keys(heavy.state.open)).toHaveLength(8);
  });
});
