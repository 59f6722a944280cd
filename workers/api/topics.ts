import type { CatalogDocument } from "../../src/domain/catalog/catalog.ts";
import { type TopicDefinition, topicSchema } from "../../src/domain/consent/topic.ts";
import { definitionRoutes, type LiveKind } from "./definition-routes.ts";
import { isPiece } from "../../src/domain/template/pieces.ts";
import { refusal } from "./problem.ts";
import { withDefinition, withoutDefinition } from "../publish.ts";
import type { Route } from "./route.ts";

/** Subscription categories: what a message belongs to, and what users opt in to and out of. */
const kind: LiveKind<TopicDefinition> = {
  kind: "topic",
  path: "/api/topics",
  title: "topic",
  schema: topicSchema,
  publish: (live, topic) => {
    refuseBadConfirmation(live, topic);
    return { ...live, topics: withDefinition(live.topics ?? [], topic) };
  },
  withdraw: (live, key) => ({ ...live, topics: withoutDefinition(live.topics ?? [], key) }),
  usedBy: (live, key) => namedBy(live, key),
};

/** @throws Fault bad-definition where there is no such email to ask with, or its link is not in it */
const refuseBadConfirmation = ({ templates }: CatalogDocument, { confirmation }: TopicDefinition): void => {
  if (confirmation === undefined) return;
  const template = templates.find(({ key }) => key === confirmation);
  const problem =
    template === undefined || isPiece(template)
      ? `there is no template "${confirmation}"`
      : template.channel !== "email"
        ? "an opt-in is confirmed by email"
        : Object.values(template.locales).some((content) => !JSON.stringify(content).includes("confirm_url"))
          ? `the template "${confirmation}" must print confirm_url in every language`
          : undefined;
  if (problem !== undefined) throw refusal("bad-definition", [{ path: "confirmation", message: problem }]);
};

const namedBy = (live: CatalogDocument, key: string): readonly string[] => [
  ...live.segments.filter((segment) => names(segment, key)).map((segment) => `the segment "${segment.key}"`),
  ...live.journeys
    .filter(({ status, definition }) => status !== "stopped" && names(definition, key))
    .map(({ definition }) => `the journey "${definition.key}"`),
];

/** Send steps and subscription conditions anywhere inside a definition. */
const names = (json: unknown, topic: string): boolean => {
  if (typeof json !== "object" || json === null) return false;
  if ("type" in json && (json.type === "send" || json.type === "subscription") && "topic" in json && json.topic === topic) return true;
  return Object.values(json).some((inner) => names(inner, topic));
};

export const topics: readonly Route[] = definitionRoutes(kind);
