import { describe, expect, it } from "vitest";
import { go, journey, play } from "./script-kit.test-suite.ts";

const note = { key: "note", channel: "push", name: "Note", defaultLocale: "en", locales: { en: { title: "Hello", body: "Hello" } } };
const pusher = journey({
  start: "push",
  steps: { push: { type: "send", channel: "push", template: "note", next: "done" }, done: { type: "exit" } },
});

describe("a push message in a script", () => {
  it("is told once, however many devices the user has", () => {
    const opened = (at: string, token: string) => ({
      at,
      type: "track",
      userId: "u1",
      event: "Opened",
      context: { device: { token, type: "ios" } },
    });
    const { trace } = play([opened("PT0S", "one"), opened("PT1S", "two"), go("PT1M")], {
      definitions: { templates: [note], journeys: [pusher] },
    });
    expect(trace.filter(({ type }) => type.startsWith("message"))).toMatchObject([{ type: "message", to: "two", status: "sent" }]);
  });
});
