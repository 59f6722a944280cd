import { Fault, type InputProblem } from "../domain/fault.ts";
import type { TemplateDefinition } from "../domain/template/template.ts";
import { completeTemplate } from "./complete-template.ts";

interface WithTemplates {
  readonly templates?: readonly TemplateDefinition[] | undefined;
}

/**
 * Definitions with their templates as the API would keep them: simulations render what was compiled, and compile nothing.
 *
 * @throws Fault bad-definition naming each place
 */
export const completeDefinitions = async <Given extends WithTemplates>(definitions: Given, place = "definitions"): Promise<Given> => {
  if (definitions.templates === undefined) return definitions;
  const problems: InputProblem[] = [];
  const templates = await Promise.all(
    definitions.templates.map((template, index) => completed(template, `${place}.templates[${index}]`, problems)),
  );
  refuse(problems);
  return { ...definitions, templates };
};

interface WithScript {
  readonly definitions?: WithTemplates | undefined;
  readonly script: readonly object[];
}

/** A script with its templates compiled, also those it publishes on its way. @throws Fault bad-definition naming each place */
export const completeScript = async <Given extends WithScript>(script: Given): Promise<Given> => {
  const problems: InputProblem[] = [];
  const items = await Promise.all(
    script.script.map(async (item, index) =>
      "template" in item && typeof item.template === "object" && item.template !== null
        ? { ...item, template: await completed(item.template as TemplateDefinition, `script[${index}].template`, problems) } // an object only where a script publishes one
        : item,
    ),
  );
  refuse(problems);
  const definitions = script.definitions && (await completeDefinitions(script.definitions));
  return { ...script, script: items, ...(definitions && { definitions }) };
};

const completed = async (template: TemplateDefinition, place: string, problems: InputProblem[]): Promise<TemplateDefinition> => {
  const completion = await completeTemplate(template);
  if (completion.ok) return completion.template;
  problems.push(...completion.problems.map(({ path, message }) => ({ path: `${place}.${path}`, message })));
  return template;
};

const refuse = (problems: readonly InputProblem[]): void => {
  const [first] = problems;
  if (first !== undefined) throw new Fault("bad-definition", `${first.path}: ${first.message}`, problems.slice(0, 50));
};
