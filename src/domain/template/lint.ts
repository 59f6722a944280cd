import type { InputProblem } from "../fault.ts";
import { textsOf } from "./blocks/texts.ts";
import { buildContent } from "./build.ts";
import type { Print } from "./contents/content-kind.ts";
import type { Body } from "./contents/body.ts";
import { namesIn, parseSource, Unprintable } from "./liquid.ts";
import { namedPartials } from "./partial-tag.ts";
import { isPiece } from "./pieces.ts";
import type { TemplateDefinition, TemplatePiece } from "./template.ts";

/**
 * What is wrong with a template: Liquid's syntax, unknown tags and filters, each with the path of the piece
 * ("locales.en.subject") and the line; layouts that print no content. Empty when it may be saved, as far as can be said
 * without compiling it.
 */
export function lintTemplate(template: TemplateDefinition): readonly InputProblem[] {
  const problems: InputProblem[] = [];
  for (const locale of Object.keys(template.locales)) {
    const at = `locales.${locale}`;
    printAll(template, locale, (path, source, mode) => {
      try {
        parseSource(source, mode, path);
      } catch (problem) {
        if (!(problem instanceof Unprintable)) throw problem;
        problems.push({ path: `${at}.${path}`, message: problem.message });
      }
      return "";
    });
    if (isPiece(template)) problems.push(...layoutProblems(template, template.locales[locale] ?? {}, at));
    else if (template.channel === "email" && template.locales[locale]?.subject.trim() === "")
      problems.push({ path: `${at}.subject`, message: "the subject is empty" });
    if (
      template.kind !== "layout" &&
      template.channel === "email" &&
      (template.locales[locale]?.blocks ?? []).some(({ type }) => type === "content")
    )
      problems.push({ path: `${at}.blocks`, message: "the block content stands in layouts only" });
  }
  return problems;
}

/** What a template is put together of, over all its locales; its Liquid has to parse. */
export const usesOf = (template: TemplateDefinition): NonNullable<TemplateDefinition["uses"]> => {
  const partials = namedPartials(() => {
    for (const locale of Object.keys(template.locales))
      printAll(template, locale, (path, source, mode) => {
        parseSource(source, mode, path);
        return "";
      });
  });
  const layouts =
    isPiece(template) || template.channel !== "email" ? [] : Object.values(template.locales).flatMap(({ layout }) => layout ?? []);
  return { partials: [...partials].toSorted(), layouts: [...new Set(layouts)].toSorted() };
};

/** What the Liquid of a locale expects to be given, with where it stands; it has to parse. In blocks of products `item` is given. */
export const freeNames = (
  template: TemplateDefinition,
  locale: string,
): readonly { readonly path: string; readonly name: string; readonly field: string | undefined }[] => {
  const names: { path: string; name: string; field: string | undefined }[] = [];
  printAll(template, locale, (path, source, mode) => {
    names.push(...namesIn(source, mode).flatMap((one) => (one.name === "item" && path.startsWith("blocks") ? [] : [{ path, ...one }])));
    return "";
  });
  return names;
};

/** Each piece of Liquid as people wrote it: MJML and the texts of blocks, not what they were compiled to. */
const printAll = (template: TemplateDefinition, locale: string, print: Print): void => {
  if (template.channel !== "email") {
    buildContent(template, locale, print);
    return;
  }
  const body = template.locales[locale] ?? {};
  for (const { path, text } of textsOf(body.blocks, "blocks")) print(path, text, "html");
  if (isPiece(template)) {
    if (body.html !== undefined) print("html", body.html, "html");
    if (body.mjml !== undefined) print("mjml", body.mjml, "html");
    if (body.text !== undefined) print("text", body.text, "text");
  } else buildContent({ ...template, compiled: { [locale]: { html: body.mjml ?? "" } } }, locale, print);
};

const layoutProblems = ({ kind }: TemplatePiece, body: Body, at: string): readonly InputProblem[] => {
  if (kind !== "layout") return [];
  const times = (text: string): number => text.match(/\{\{-?\s*content\s*-?\}\}/g)?.length ?? 0;
  const missing = "a layout says where what it stands around goes: {{ content }}, once";
  const source = body.html ?? body.mjml;
  const count = source === undefined ? (body.blocks ?? []).filter(({ type }) => type === "content").length : times(source);
  return [
    ...(count === 1
      ? []
      : [{ path: `${at}.${body.blocks === undefined ? (body.mjml === undefined ? "html" : "mjml") : "blocks"}`, message: missing }]),
    ...(body.text === undefined || times(body.text) === 1 ? [] : [{ path: `${at}.text`, message: missing }]),
  ];
};
