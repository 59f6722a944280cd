import { expect, it } from "vitest";
import { newWorkspace } from "./client.test-support.ts";

it("a preview of a text says in how many segments it travels, and what makes it more", async () => {
  const workspace = await newWorkspace();
  const template = (body: string) => ({ channel: "sms", name: "T", defaultLocale: "en", locales: { en: { body } } });
  expect((await workspace.api("PUT /api/templates/t", template(`${"a".repeat(100)} {{ user.word | default: "it’s" }}`))).status).toBe(201);
  const shown = await workspace.api("POST /api/templates/t/preview", {});
  expect(shown.body).toMatchObject({
    sizes: { segments: 2, encoding: "UCS-2" },
    warnings: [{ path: "content.body", message: "’ not in the alphabet of plain texts: it takes 2 segments instead of 1" }],
  });
  await workspace.api("PUT /api/templates/t", template("Hi"));
  const plain = await workspace.api("POST /api/templates/t/preview", {});
  expect(plain.body).toMatchObject({ sizes: { segments: 1, encoding: "GSM-7" }, warnings: [] });
});
