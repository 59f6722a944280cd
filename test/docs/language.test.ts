import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { providerKinds, providerSchema } from "../../src/channels/provider-definition.ts";
import { trackingCalls } from "../../src/api/ingest/tracking.ts";
import { topicSchema } from "../../src/domain/consent/topic.ts";
import { linkSettingsSchema } from "../../src/domain/links/link-settings.ts";
import { filterSchema } from "../../src/domain/filter/filter-schema.ts";
import { frequencySchema } from "../../src/domain/journey/frequency.ts";
import { journeySchema } from "../../src/domain/journey/journey.ts";
import { lintJourney } from "../../src/domain/journey/lint.ts";
import * as steps from "../../src/domain/journey/steps/all.ts";
import * as triggers from "../../src/domain/journey/triggers/all.ts";
import { conditionSchema, conditionTypes } from "../../src/domain/segment/conditions/all.ts";
import { segmentSchema } from "../../src/domain/segment/segment.ts";
import { workspaceRulesSchema } from "../../src/domain/sending/rules.ts";
import * as contents from "../../src/domain/template/contents/all.ts";
import { streamSchema } from "../../src/domain/stream/stream.ts";
import { lintTemplate } from "../../src/domain/template/lint.ts";
import { blockTypes } from "../../src/domain/template/blocks/block.ts";
import { templateSchema } from "../../src/domain/template/template.ts";
import { checkUses } from "../../src/domain/template/uses.ts";
import { completeTemplate } from "../../src/mjml/complete-template.ts";
import { emptyWorkspace } from "../../src/simulate/definitions.ts";
import { scriptSchema } from "../../src/simulate/script.ts";
import { simulate } from "../../src/simulate/simulate.ts";

const page = readFileSync(path.join(import.meta.dirname, "../../docs/language.md"), "utf8");

/** The page's examples: what each is (the word after "json") and its JSON. */
const examples = [...page.matchAll(/^```json *(.*)\n([^`]*)^```$/gm)].map(([, kind = "", text = ""]) => ({
  kind,
  value: JSON.parse(text) as unknown, // any by JSON.parse
}));

const schemaOf = (kind: string, value: unknown): z.ZodType | undefined => {
  const whole: Readonly<Record<string, z.ZodType>> = {
    filter: filterSchema,
    condition: conditionSchema,
    segment: segmentSchema,
    journey: journeySchema,
    frequency: frequencySchema,
    template: templateSchema,
    provider: providerSchema,
    script: scriptSchema,
    call: trackingCalls.group,
    rules: workspaceRulesSchema,
    topic: topicSchema,
    links: linkSettingsSchema,
    stream: streamSchema,
  };
  if (kind in whole) return whole[kind];
  const all = kind === "step" ? Object.values(steps) : kind === "trigger" ? Object.values(triggers) : [];
  const type = typeof value === "object" && value !== null && "type" in value ? value.type : undefined;
  return all.find((one) => one.type === type)?.schema;
};

const all = <Out>(kind: string, schema: z.ZodType<Out>): Out[] =>
  examples.filter((example) => example.kind === kind).map(({ value }) => schema.parse(value));

describe("docs/language.md", () => {
  it("has an example of each kind of definition", () => {
    const kinds = [
      "filter",
      "condition",
      "segment",
      "journey",
      "trigger",
      "frequency",
      "step",
      "template",
      "provider",
      "call",
      "rules",
      "topic",
      "links",
      "stream",
      "script",
    ];
    expect(new Set(examples.map(({ kind }) => kind))).toEqual(new Set(kinds));
  });

  it.each(examples)("shows a $kind that is accepted", ({ kind, value }) => {
    expect(schemaOf(kind, value)?.safeParse(value).error?.issues).toBeUndefined();
    expect(schemaOf(kind, value)).toBeDefined();
  });

  it("shows scripts whose expectations hold", () => {
    expect(all("script", scriptSchema).flatMap((script) => simulate(script, emptyWorkspace).failures)).toEqual([]);
  });

  it("shows templates that can be saved, with the partials and layouts it shows", async () => {
    const completions = await Promise.all(all("template", templateSchema).map(completeTemplate));
    expect(completions.flatMap((completion) => (completion.ok ? [] : completion.problems))).toEqual([]);
    checkUses(
      new Map(completions.flatMap((completion) => (completion.ok ? [[completion.template.key, completion.template] as const] : []))),
    );
  });

  it("names every block there is", () => {
    const missing = blockTypes().filter((type) => !page.includes(`| \`${type}\` |`));
    expect(missing).toEqual([]);
  });

  it("shows journeys that hold together and templates that parse, with the segments and templates it shows", () => {
    const templates = all("template", templateSchema);
    expect(templates.flatMap(lintTemplate)).toEqual([]);
    const known = {
      templates: new Map(templates.map((template) => [template.key, template])),
      segments: new Set(all("segment", segmentSchema).map(({ key }) => key)),
    };
    const problems = all("journey", journeySchema).flatMap((journey) => lintJourney(journey, known));
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
  });

  it("names every operator, condition, trigger, step, channel and provider there is", () => {
    const operators = filterSchema
      .unwrap()
      .options.flatMap(({ shape: { operator } }) => (operator instanceof z.ZodEnum ? operator.options : [...operator.values]));
    const types = [conditionTypes, Object.values(triggers), Object.values(steps)].flatMap((list) => list.map(({ type }) => type));
    const channels = Object.values(contents).map(({ channel }) => channel);
    const missing = [...operators, ...types, ...channels, ...providerKinds.keys()].filter((name) => !page.includes(`\`${name}\``));
    expect(missing).toEqual([]);
  });
});
