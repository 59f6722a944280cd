import type { InputProblem } from "../fault.ts";
import { buildContent } from "./build.ts";
import { parseSource, Unprintable } from "./liquid.ts";
import type { TemplateDefinition } from "./template.ts";

/**
 * What is wrong with a template's Liquid: syntax, unknown tags and filters, each with the path of the piece
 * ("locales.en.subject") and the line. Empty when it may be saved.
 */
export function lintTemplate(template: TemplateDefinition): readonly InputProblem[] {
  const problems: InputProblem[] = [];
  for (const locale of Object.keys(template.locales)) {
    buildContent(template, locale, (path, source, mode) => {
      try {
        parseSource(source, mode, path);
      } catch (problem) {
        if (!(problem instanceof Unprintable)) throw problem;
        problems.push({ path: `locales.${locale}.${path}`, message: problem.message });
      }
      return "";
    });
  }
  return problems;
}
