import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { providerKinds, providerSchema } from "../../src/channels/provider-definition.ts";

const page = readFileSync(path.join(import.meta.dirname, "../../docs/providers.md"), "utf8");
const kinds = [...providerKinds.values()].filter((kind) => kind.via !== "outbox" && kind.type !== "webhook");

describe("docs/providers.md", () => {
  const examples = [...page.matchAll(/^```json provider\n([^`]*)^```$/gm)].map(([, text = ""]) => JSON.parse(text) as unknown); // any by JSON.parse

  it("shows definitions that are taken", () => {
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(providerSchema.safeParse(example).error).toBeUndefined();
  });

  it.each(kinds.map((kind) => [kind.title, kind] as const))("names every setting of %s in its section", (title, kind) => {
    const [word = ""] = title.split(" ").filter((one) => one !== "Mailchimp" && one !== "Transactional");
    const section = page.split(/^### /m).find((one) => one.split("\n")[0]?.includes(word.replace(/[()]/g, "")) === true) ?? "";
    const names = "shape" in kind.settings ? Object.keys(kind.settings.shape as object) : [];
    expect(names.filter((name) => !section.includes(`\`${name}\``))).toEqual([]);
  });
});
