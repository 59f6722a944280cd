import * as z from "zod";
import type { CatalogDocument } from "../../src/domain/catalog/catalog.ts";
import { Fault } from "../../src/domain/fault.ts";
import { adviseTemplate } from "../../src/domain/template/advise.ts";
import { isPiece } from "../../src/domain/template/pieces.ts";
import { type TemplateDefinition, templateSchema } from "../../src/domain/template/template.ts";
import { readDefinition } from "../../src/storage/control/definitions.ts";
import { completeTemplate } from "../../src/mjml/complete-template.ts";
import { templateStatisticsSchema } from "../../src/api/statistics.ts";
import { templateStatistics } from "./link-statistics.ts";
import { definitionRoutes, type LiveKind } from "./definition-routes.ts";
import { refusal } from "./problem.ts";
import { withDefinition, withoutDefinition } from "../publish.ts";
import { answer, route, type Route } from "./route.ts";

/** One thing to be changed in a template that was saved all the same. */
export const warningSchema = z.object({ path: z.string(), message: z.string() });

const journeysThatSend = (live: CatalogDocument, key: string): readonly string[] =>
  live.journeys
    .filter(
      ({ status, definition }) =>
        status !== "stopped" &&
        Object.values(definition.steps).some(
          (step) => step.type === "send" && (step.template === key || (step.variants ?? []).some(({ template }) => template === key)),
        ),
    )
    .map(({ definition }) => `the journey "${definition.key}"`);

const templatesThatUse = (live: CatalogDocument, key: string): readonly string[] =>
  live.templates
    .filter(({ uses }) => uses?.partials.includes(key) === true || uses?.layouts.includes(key) === true)
    .map((template) => `the template "${template.key}"`);

const topicsThatAskBy = ({ topics = [] }: CatalogDocument, key: string): readonly string[] =>
  topics.filter(({ confirmation }) => confirmation === key).map((topic) => `the topic "${topic.key}"`);

/** A piece cannot be sent, a mail is no text, and a message cannot stand in another: whoever uses the one would be left with the other. */
const refuseOtherKind = (live: CatalogDocument, template: TemplateDefinition): void => {
  const before = live.templates.find(({ key }) => key === template.key);
  if (before === undefined || (!isPiece(template) && before.channel === template.channel)) return;
  const users = [...journeysThatSend(live, template.key), ...topicsThatAskBy(live, template.key)];
  if (users.length > 0)
    throw new Fault(
      "conflict",
      `The template "${template.key}" is sent by ${users.slice(0, 10).join(", ")}: it cannot become ${isPiece(template) ? `a ${template.kind}` : `one for ${template.channel}`}`,
    );
};

/** The template as it is kept. @throws Fault bad-definition naming the place and, of MJML, the line */
export const built = async (template: TemplateDefinition): Promise<TemplateDefinition> => {
  const completion = await completeTemplate(template);
  if (!completion.ok) throw refusal("bad-definition", completion.problems);
  return completion.template;
};

const kind: LiveKind<TemplateDefinition> = {
  kind: "template",
  path: "/api/templates",
  title: "template",
  schema: templateSchema,
  fields: {
    warnings: z.array(warningSchema).optional().meta({ readOnly: true }).describe("by PUT: what should be changed in it"),
    compiled: z.unknown().optional().meta({ readOnly: true }).describe("never answered"),
    uses: z.unknown().optional().meta({ readOnly: true }).describe("never answered"),
  },
  build: built,
  present: ({ compiled: _compiled, uses: _uses, ...body }) => body,
  publish: (live, template) => {
    refuseOtherKind(live, template);
    return { ...live, templates: withDefinition(live.templates, template) };
  },
  putBeside: (live, template) => ({
    warnings: adviseTemplate(template, new Map(withDefinition(live.templates, template).map((one) => [one.key, one]))),
  }),
  withdraw: (live, key) => ({ ...live, templates: withoutDefinition(live.templates, key) }),
  usedBy: (live, key) => [...journeysThatSend(live, key), ...templatesThatUse(live, key), ...topicsThatAskBy(live, key)],
};

export const templates: readonly Route[] = [
  ...definitionRoutes(kind),
  route(
    {
      method: "get",
      path: "/api/templates/{key}/statistics",
      summary: "How often the links of the template's messages were followed, by people and by machines, whatever sent them",
      scope: "read",
      answers: { 200: templateStatisticsSchema },
    },
    async ({ env, workspace, params }) => {
      const key = params["key"] ?? "";
      if ((await readDefinition(env.DB, workspace, "template", key)) === undefined)
        throw new Fault("not-found", `There is no template "${key}"`);
      return answer(await templateStatistics(env, workspace, key));
    },
  ),
];
