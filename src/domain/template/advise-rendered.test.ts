import { describe, expect, it } from "vitest";
import { adviseRendered } from "./advise-rendered.ts";

describe("a finished message is told what its channel cuts off or refuses", () => {
  it.each([
    ["a push title", { channel: "push", title: "x".repeat(66), body: "b" }, ["title: is longer than 65 characters: phones show no more"]],
    ["a push body", { channel: "push", title: "t", body: "x".repeat(241) }, ["body: is longer than 240 characters: phones show no more"]],
    [
      "all of a push message, in bytes",
      { channel: "push", title: "t", body: "b", data: { a: "€".repeat(1_400) } },
      ["data: 4240 bytes together: push services take no more than 4096"],
    ],
    ["a WhatsApp text", { channel: "whatsapp", body: "x".repeat(4_097) }, ["body: is longer than 4096 characters: WhatsApp takes no more"]],
    [
      "a Slack text",
      { channel: "slack", text: "x".repeat(4_001) },
      ["text: is longer than 4000 characters: Slack shows no more in one piece"],
    ],
    ["characters, not what they are written with", { channel: "push", title: "👍".repeat(65), body: "b" }, []],
    ["nothing of a short one", { channel: "whatsapp", template: { name: "n", language: "en", parameters: [] } }, []],
    ["nothing of a webhook", { channel: "webhook", url: "u", method: "POST", headers: {}, body: "x".repeat(9_999) }, []],
  ] as const)("%s", (_, content, said) => {
    expect(adviseRendered(content).map(({ path, message }) => `${path}: ${message}`)).toEqual(said);
  });
});
