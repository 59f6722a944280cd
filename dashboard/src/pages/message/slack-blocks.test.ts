import { describe, expect, it } from "vitest";
import { slackBlocks } from "./slack-blocks.ts";

describe("slackBlocks", () => {
  it("tells each block in words", () => {
    expect(
      slackBlocks([
        { type: "header", text: { type: "plain_text", text: "A & B" } },
        { type: "section", text: { type: "mrkdwn", text: "Order &lt;7&gt;" }, fields: [{ type: "mrkdwn", text: "*Sum*" }] },
        { type: "divider" },
        {
          type: "context",
          elements: [
            { type: "mrkdwn", text: "by Ada" },
            { type: "image", alt_text: "x" },
          ],
        },
        { type: "actions", elements: [{ type: "button", text: { type: "plain_text", text: "Look" } }] },
        { type: "image", image_url: "https://example.com/x.png", alt_text: "x" },
      ]),
    ).toEqual([
      { kind: "header", text: "A & B" },
      { kind: "text", text: "Order <7>\n*Sum*" },
      { kind: "divider" },
      { kind: "context", text: "by Ada" },
      { kind: "buttons", labels: ["Look"] },
      { kind: "other", type: "image" },
    ]);
  });

  it.each([[null], ["x"], [{}], [[null, 7, "x", [], {}]]])("is at home with what is none: %j", (blocks) => {
    expect(() => slackBlocks(blocks)).not.toThrow();
  });
});
