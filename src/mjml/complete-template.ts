import type { InputProblem } from "../domain/fault.ts";
import { utf8Length } from "../domain/template/budget.ts";
import { blocksToMjml } from "../domain/template/blocks/to-mjml.ts";
import type { Body } from "../domain/template/contents/body.ts";
import type { CompiledBody } from "../domain/template/contents/content-kind.ts";
import { lintTemplate, usesOf } from "../domain/template/lint.ts";
import { parseSource, Unprintable } from "../domain/template/liquid.ts";
import type { TemplateDefinition } from "../domain/template/template.ts";
import { compileMjml } from "./compile.ts";
import type { MjmlProblem } from "./problem.ts";

export type Completion =
  | { readonly ok: true; readonly template: TemplateDefinition }
  | { readonly ok: false; readonly problems: readonly InputProblem[] };

/**
 * A template as it is stored: checked, its MJML and blocks compiled, and what it is put together of noted. Whether that is
 * there is said by `checkUses`, which knows the other templates.
 */
export const completeTemplate = async (given: TemplateDefinition): Promise<Completion> => {
  const problems = lintTemplate(given);
  if (problems.length > 0) return { ok: false, problems };
  const { compiled: _before, uses: _used, ...template } = given;
  const uses = usesOf(template);
  const noted = uses.partials.length + uses.layouts.length > 0 ? { uses } : {};
  if (template.channel !== "email") return { ok: true, template: { ...template, ...noted } };
  const compiled: Record<string, CompiledBody> = {};
  const wrong: InputProblem[] = [];
  for (const [locale, body] of Object.entries(template.locales)) {
    if (body.html !== undefined) continue;
    const isPart = template.kind === "partial" || ("layout" in body && body.layout !== undefined);
    const result = await compileBody(body, isPart ? "fragment" : "document", locale);
    if ("problems" in result) wrong.push(...result.problems.map(({ path, message }) => ({ path: `locales.${locale}.${path}`, message })));
    else compiled[locale] = result;
  }
  if (wrong.length > 0) return { ok: false, problems: wrong };
  const complete = { ...template, ...noted, ...(Object.keys(compiled).length > 0 && { compiled }) };
  const bytes = utf8Length(JSON.stringify(complete));
  if (bytes > maxBytes)
    return {
      ok: false,
      problems: [
        { path: "locales", message: `is ${bytes} bytes with what it is compiled to, of ${maxBytes} at most: make several templates of it` },
      ],
    };
  return { ok: true, template: complete };
};

/** UTF-8, of a template as it is kept: a row of D1 holds 2 MB. */
const maxBytes = 1_900_000;

/** Which blocks cannot be compiled, each by itself; else what is wrong with all of them together. */
const blockProblems = async (
  { blocks = [], theme }: Body,
  locale: string,
  all: readonly MjmlProblem[],
): Promise<readonly InputProblem[]> => {
  const problems: InputProblem[] = [];
  for (const [index, block] of blocks.entries()) {
    if (block.type === "content" || problems.length >= maxProblems) continue;
    const result = await compileMjml(blocksToMjml([block], { form: "fragment", theme, locale }), "fragment");
    if (!result.ok) problems.push(...result.problems.map(({ message }) => ({ path: `blocks[${index}]`, message })));
  }
  return (problems.length > 0 ? problems : all.map(({ message }) => ({ path: "blocks", message }))).slice(0, maxProblems);
};

const maxProblems = 50;

/** Largest HTML that is kept of one body, characters: what is rendered of it must fit one row. */
const maxHtml = 500_000;

const compileBody = async (
  body: Body,
  form: "document" | "fragment",
  locale: string,
): Promise<CompiledBody | { readonly problems: readonly InputProblem[] }> => {
  const path = body.mjml === undefined ? "blocks" : "mjml";
  const source = body.mjml ?? blocksToMjml(body.blocks ?? [], { form, theme: body.theme, locale });
  const result = await compileMjml(source, form, locale);
  if (!result.ok) {
    if (path === "blocks") return { problems: await blockProblems(body, locale, result.problems) };
    return {
      problems: result.problems.map(({ line, message }) => ({ path, message: line === undefined ? message : `line ${line}: ${message}` })),
    };
  }
  const { compiled } = result;
  if (compiled.html.length > maxHtml) return { problems: [{ path, message: `makes more than ${maxHtml} characters of HTML` }] };
  try {
    parseSource(compiled.html, "html", path);
  } catch (problem) {
    if (problem instanceof Unprintable) return { problems: [{ path, message: problem.message }] };
    throw problem;
  }
  return compiled;
};
