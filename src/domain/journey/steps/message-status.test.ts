import { describe, expect, it } from "vitest";
import type { CatalogProvider } from "../../catalog/catalog.ts";
import type { MessageStatus } from "../../message/message.ts";
import { catalogOf, DAY, HOUR, identify, journey, MINUTE, START, TestUser, track } from "../../user/user-kit.test-suite.ts";
import { messageStatus } from "./message-status.ts";

const provider = (reports?: readonly MessageStatus[]): CatalogProvider => ({
  key: "mail",
  channel: "email",
  type: "mail",
  default: true,
  resendUncertain: false,
  ...(reports && { reports }),
});
const clickedOrOpened = [
  { name: "Clicked", status: "clicked", next: "clicked" },
  { status: "opened", next: "opened" },
];
const exit = (reason: string) => ({ type: "exit", reason });
const asked = (
  fields: object = {},
  { reports, steps = {} }: { readonly reports?: readonly MessageStatus[]; readonly steps?: object } = {},
) => {
  const user = new TestUser(
    catalogOf({
      providers: [provider(reports)],
      journeys: [
        {
          definition: journey({
            start: "send",
            steps: {
              send: { type: "send", channel: "email", template: "hello", next: "seen" },
              seen: { type: "message-status", of: "send", paths: clickedOrOpened, within: "P1D", otherwise: "none", ...fields },
              clicked: exit("clicked"),
              opened: exit("opened"),
              none: exit("none"),
              ...steps,
            },
          }),
        },
      ],
    }),
  );
  user.event(identify({ email: "a@b.c" }, START));
  user.event(track("Go", START));
  return { user, message: user.messages[0] ?? "" };
};
const sent = (...args: Parameters<typeof asked>) => {
  const made = asked(...args);
  made.user.accept(made.message, START + MINUTE);
  return made;
};
const report = (user: TestUser, message: string, status: MessageStatus, now = user.now): void => {
  user.do({ type: "reported", message, status }, now);
};

describe("message-status", () => {
  it("a path resolves when its status is reached and no path above it can still come true", () => {
    const { user, message } = sent();
    report(user, message, "delivered", START + HOUR);
    report(user, message, "opened", START + HOUR);
    expect(user.endings).toEqual([]); // a click may still come
    report(user, message, "clicked", START + 2 * HOUR);
    expect(user.endings).toEqual(["clicked"]);
    expect(user.facts).toContainEqual(expect.objectContaining({ kind: "step-left", step: "seen", path: "Clicked" }));
  });

  it("a later status of the lattice counts for an earlier one", () => {
    const { user, message } = sent({ paths: [{ status: "delivered", next: "opened" }] });
    report(user, message, "clicked");
    expect(user.endings).toEqual(["opened"]);
  });

  it("at within, the uppermost true one, else otherwise; within counts from sent", () => {
    const opened = sent();
    report(opened.user, opened.message, "opened", START + HOUR);
    expect(opened.user.nextDue).toBe(START + MINUTE + DAY);
    opened.user.sleep(START + MINUTE + DAY);
    expect(opened.user.endings).toEqual(["opened"]);
    const silent = sent();
    silent.user.sleep(START + MINUTE + DAY);
    expect(silent.user.endings).toEqual(["none"]);
  });

  it("comes to an answer at once where within was over on arrival", () => {
    const { user, message } = asked(
      {},
      {
        steps: {
          send: { type: "send", channel: "email", template: "hello", next: "later" },
          later: { type: "wait", for: "P2D", next: "seen" },
        },
      },
    );
    user.accept(message, START + MINUTE);
    report(user, message, "opened", START + HOUR);
    user.sleep(START + MINUTE + 2 * DAY);
    expect(user.endings).toEqual(["opened"]);
  });

  it("at once when none can come any more: bounced", () => {
    const { user, message } = sent();
    report(user, message, "bounced", START + HOUR);
    expect(user.endings).toEqual(["none"]);
  });

  it("at once when none can come any more: skipped and failed", () => {
    const skipped = asked();
    skipped.user.do({ type: "suppress", channel: "email", reason: "asked to" });
    skipped.user.claim(skipped.message);
    expect(skipped.user.endings).toEqual(["none"]);
    const failed = asked();
    const { claim } = failed.user.claim(failed.message);
    const attempt = claim.kind === "send" ? claim.attempt : 0;
    failed.user.do({ type: "settled", message: failed.message, attempt, outcome: { kind: "rejected", detail: "no" } });
    expect(failed.user.endings).toEqual(["none"]);
  });

  it("at once when none can come any more: the provider reports no such status", () => {
    expect(sent({}, { reports: [] }).user.endings).toEqual(["none"]);
    expect(sent({}, { reports: ["delivered"] }).user.endings).toEqual(["none"]);
    expect(sent({ paths: [{ status: "sent", next: "opened" }] }, { reports: [] }).user.endings).toEqual(["opened"]);
    // Clicks tell of opens too; and with no click to come, an open is enough.
    expect(sent({ paths: [{ status: "opened", next: "opened" }] }, { reports: ["clicked"] }).user.endings).toEqual([]);
    const { user, message } = sent({}, { reports: ["opened"] });
    report(user, message, "opened");
    expect(user.endings).toEqual(["opened"]);
  });

  it("a message of unknown fate may still be told of: it waits, from the arrival on", () => {
    const { user, message } = asked();
    const { claim } = user.claim(message, START + MINUTE);
    const attempt = claim.kind === "send" ? claim.attempt : 0;
    user.do({ type: "settled", message, attempt, outcome: { kind: "uncertain", detail: "cut" } });
    expect(user.nextDue).toBe(START + MINUTE + DAY);
    report(user, message, "clicked", START + HOUR);
    expect(user.endings).toEqual(["clicked"]);
  });

  it("takes a path for what stands aside", () => {
    const { user, message } = sent({
      paths: [
        { status: "complained", next: "clicked" },
        { status: "delivered", next: "opened" },
      ],
    });
    report(user, message, "delivered");
    expect(user.endings).toEqual([]);
    report(user, message, "complained");
    expect(user.endings).toEqual(["clicked"]);
  });

  it("goes by otherwise where the step it looks at has sent nothing", () => {
    const { user } = asked(
      {},
      {
        steps: {
          send: { type: "branch", paths: [{ condition: { type: "everyone" }, next: "seen" }], otherwise: "real" },
          real: { type: "send", channel: "email", template: "hello" },
        },
      },
    );
    expect(user.endings).toEqual(["none"]);
  });

  it("refuses a status twice, and statuses a send step never leaves behind", () => {
    const parse = (paths: readonly object[]) => messageStatus.schema.safeParse({ type: "message-status", of: "send", paths }).success;
    expect(parse([{ status: "opened", next: "a" }])).toBe(true);
    expect(
      parse([
        { status: "opened", next: "a" },
        { status: "opened", next: "b" },
      ]),
    ).toBe(false);
    expect(parse([{ status: "queued", next: "a" }])).toBe(false);
  });
});
