import * as z from "zod";
import { definitionKey } from "../definition-key.ts";
import type { Tracking } from "../links/linking.ts";
import * as kinds from "./contents/all.ts";
import { bodyFields, oneBody, type Body } from "./contents/body.ts";
import type { CompiledBody } from "./contents/content-kind.ts";
import { keyProblem } from "./contents/key-problem.ts";
import { variablesSchema, type Variables } from "./variables.ts";

/** What Intl takes: dates are written in the template's language. */
const isLanguageTag = (text: string): boolean => {
  try {
    return /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,5}$/.test(text) && Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
};
const localeTag = z.string().refine(isLanguageTag, "a locale is a language tag such as en or pt-BR");

const common = {
  key: definitionKey,
  name: z.string().min(1).max(200),
  description: z.string().max(2_000).optional(),
  defaultLocale: localeTag,
};

/** Languages of one template: all of them are held in the catalog, and compiled when it is saved. */
const maxLocales = 100;

/** Content by language, which a tag names whatever letters it is written in. */
const byLocale = <Content extends z.ZodType>(content: Content) =>
  z.record(localeTag, content, keyProblem).superRefine((locales, context) => {
    const tags = Object.keys(locales);
    if (tags.length > maxLocales) context.addIssue({ code: "custom", message: `at most ${maxLocales} languages` });
    const seen = new Set<string>();
    for (const tag of tags) {
      if (seen.has(tag.toLowerCase())) context.addIssue({ code: "custom", path: [tag], message: "this language is there twice" });
      seen.add(tag.toLowerCase());
    }
  });

type Kinds = typeof kinds;
type Name = keyof Kinds;

/** The shape of a template of one channel: its locales hold that channel's content. */
const templateOf = <Key extends Name>(kind: Kinds[Key]) =>
  z.strictObject({
    ...common,
    kind: z.literal("message").optional(),
    channel: z.literal(kind.channel),
    locales: byLocale(kind.schema),
    /** What it expects in `data`. */
    variables: variablesSchema.optional(),
    /** Missing variables print as nothing instead of failing the message. */
    lenient: z.boolean().optional(),
    /** Instead of what the workspace says about following its messages; transactional ones are followed only where it is said here. */
    tracking: z.strictObject({ opens: z.boolean().optional(), clicks: z.boolean().optional() }).optional(),
  });

interface Common {
  readonly key: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly defaultLocale: string;
  /** By locale: what MJML and blocks were compiled to when the template was saved. Ours to write. */
  readonly compiled?: Readonly<Record<string, CompiledBody>>;
  /** What it is put together of. Ours to write. */
  readonly uses?: { readonly partials: readonly string[]; readonly layouts: readonly string[] };
}

/** The templates of one channel. */
interface TemplateOf<Key extends Name> extends Common {
  readonly kind?: "message" | undefined;
  readonly channel: Kinds[Key]["channel"];
  readonly locales: Readonly<Record<string, z.output<Kinds[Key]["schema"]>>>;
  readonly lenient?: boolean | undefined;
  readonly tracking?: Tracking | undefined;
  readonly variables?: Variables | undefined;
}

/** What can be sent. */
export type MessageTemplate = { readonly [Key in Name]: TemplateOf<Key> }[Name];

/** What other templates are put together of: a partial stands where it is named, a layout stands around. */
export interface TemplatePiece extends Common {
  readonly kind: "partial" | "layout";
  readonly channel: "email";
  readonly locales: Readonly<Record<string, Body>>;
}

export type TemplateDefinition = MessageTemplate | TemplatePiece;

const pieceOf = (kind: TemplatePiece["kind"]) =>
  z.strictObject({
    ...common,
    kind: z.literal(kind),
    channel: z.literal("email"),
    locales: byLocale(z.strictObject(bodyFields).superRefine(oneBody)),
  });

const shapes = Object.values(kinds).map((kind) => templateOf(kind));

/** The registry decides which channels there are, so their tuple is known at run time only; `MessageTemplate` says the same from the same registry. */
const messages = z.discriminatedUnion(
  "channel",
  shapes as unknown as [z.ZodObject<{ channel: z.ZodLiteral<Name>; kind: z.ZodOptional<z.ZodLiteral<"message">> }>],
);

/**
 * A template: content per locale, everything in it Liquid. The shape only; whether the Liquid parses is said by
 * `lintTemplate`, which callers run before they save. Source: docs/language.md, Templates.
 */
export const templateSchema: z.ZodType<TemplateDefinition> = z
  .discriminatedUnion("kind", [messages, pieceOf("partial"), pieceOf("layout")])
  .refine(
    (template) =>
      Object.hasOwn((template as unknown as TemplateDefinition).locales, (template as unknown as TemplateDefinition).defaultLocale),
    { path: ["defaultLocale"], error: "the default locale has no content in locales" },
  ) as unknown as z.ZodType<TemplateDefinition>;
