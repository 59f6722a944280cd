import { lintTemplate } from "../../src/domain/template/lint.ts";
import { type TemplateDefinition, templateSchema } from "../../src/domain/template/template.ts";
import { definitionRoutes, type LiveKind } from "./definition-routes.ts";
import { withDefinition, withoutDefinition } from "./publish.ts";
import type { Route } from "./route.ts";

const kind: LiveKind<TemplateDefinition> = {
  kind: "template",
  path: "/api/templates",
  title: "template",
  schema: templateSchema,
  lint: lintTemplate,
  publish: (live, template) => ({ ...live, templates: withDefinition(live.templates, template) }),
  withdraw: (live, key) => ({ ...live, templates: withoutDefinition(live.templates, key) }),
  usedBy: (live, key) =>
    live.journeys
      .filter(
        ({ status, definition }) =>
          status !== "stopped" && Object.values(definition.steps).some((step) => step.type === "send" && step.template === key),
      )
      .map(({ definition }) => `the journey "${definition.key}"`),
};

export const templates: readonly Route[] = definitionRoutes(kind);
