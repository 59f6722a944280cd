import { describe, expect, it } from "vitest";
import type { Catalog } from "../catalog/catalog.ts";
import { compileCatalog } from "../catalog/compile.ts";
import { usesOf } from "../template/lint.ts";
import { renderTemplate } from "../template/render.ts";
import { templateSchema, type TemplateDefinition } from "../template/template.ts";
import { catalogOf, identify, MINUTE, sendJourney, START, TestUser, track } from "./user-kit.test-suite.ts";

const complete = (input: object): TemplateDefinition => {
  const parsed = templateSchema.parse({ channel: "email", name: "T", defaultLocale: "en", ...input });
  return { ...parsed, uses: usesOf(parsed) };
};
const partial = (html: string): TemplateDefinition => complete({ key: "footer", kind: "partial", locales: { en: { html } } });
const mail = (html: string): TemplateDefinition => complete({ key: "mail", locales: { en: { subject: "s", html } } });
const withTemplates = (version: number, templates: readonly TemplateDefinition[]): Catalog => {
  const { document } = catalogOf({ version, journeys: [{ definition: sendJourney({}, { template: "mail" }) }] });
  return compileCatalog({ ...document, templates });
};
const body = '<p>Hi</p>{% partial "footer" %}';

const sending = () => {
  const user = new TestUser(withTemplates(1, [mail(body), partial("one")]));
  user.event(identify({ email: "a@b.c" }, START));
  const { deliver } = user.event(track("Go", START));
  return { user, id: deliver[0]?.message ?? "" };
};
const claim = (user: TestUser, id: string, now: number) => {
  const { claim: answered } = user.claim(id, now, renderTemplate);
  return answered.kind === "send" && answered.rendered.content.channel === "email" ? answered.rendered.content.html : answered;
};

describe("a change of a template, or of what it is put together of", () => {
  it.each([
    ["a partial", [mail(body), partial("two")], "<p>Hi</p>two"],
    ["the template", [mail("<p>Servus</p>"), partial("one")], "<p>Servus</p>"],
  ])("reaches messages that are not yet rendered: %s", (_, templates, html) => {
    const { user, id } = sending();
    user.catalog = withTemplates(2, templates);
    expect(claim(user, id, START)).toBe(html);
  });

  it("reaches none that was rendered, whatever became of it since", () => {
    const { user, id } = sending();
    expect(claim(user, id, START)).toBe("<p>Hi</p>one");
    user.do({ type: "settled", message: id, attempt: 1, outcome: { kind: "retry", detail: "429" } }, START);
    user.catalog = withTemplates(2, [mail("<p>Servus</p>"), partial("two")]);
    user.sleep(START + MINUTE);
    expect(claim(user, id, START + MINUTE)).toBe("<p>Hi</p>one");
  });
});
