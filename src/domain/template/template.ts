import * as z from "zod";
import { definitionKey } from "../definition-key.ts";
import * as kinds from "./contents/all.ts";
import { keyProblem } from "./contents/key-problem.ts";

/** What Intl takes: dates are written in the template's language. */
const isLanguageTag = (text: string): boolean => {
  try {
    return /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,5}$/.test(text) && Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
};
const localeTag = z.string().refine(isLanguageTag, "a locale is a language tag such as en or pt-BR");

type Kinds = typeof kinds;
type Name = keyof Kinds;

/** The shape of a template of one channel: its locales hold that channel's content. */
const templateOf = <Key extends Name>(kind: Kinds[Key]) =>
  z.strictObject({
    key: definitionKey,
    channel: z.literal(kind.channel),
    name: z.string().min(1).max(200),
    description: z.string().max(2_000).optional(),
    locales: z.record(localeTag, kind.schema, keyProblem),
    defaultLocale: localeTag,
    /** Missing variables print as nothing instead of failing the message. */
    lenient: z.boolean().optional(),
  });

/** The templates of one channel. */
interface TemplateOf<Key extends Name> {
  readonly key: string;
  readonly channel: Kinds[Key]["channel"];
  readonly name: string;
  readonly description?: string | undefined;
  readonly locales: Readonly<Record<string, z.output<Kinds[Key]["schema"]>>>;
  readonly defaultLocale: string;
  readonly lenient?: boolean | undefined;
}

export type TemplateDefinition = { readonly [Key in Name]: TemplateOf<Key> }[Name];

const shapes = Object.values(kinds).map((kind) => templateOf(kind));

/**
 * A template: content per locale, everything in it Liquid. The shape only; whether the Liquid parses is said by
 * `lintTemplate`, which callers run before they save. Source: docs/language.md, Templates.
 */
export const templateSchema: z.ZodType<TemplateDefinition> = z
  // The registry decides which channels there are, so their tuple is known at run time only; the type above says the same from the same registry.
  .discriminatedUnion("channel", shapes as unknown as [z.ZodObject<{ channel: z.ZodLiteral<Name> }>])
  .refine(
    (template) =>
      Object.hasOwn((template as unknown as TemplateDefinition).locales, (template as unknown as TemplateDefinition).defaultLocale),
    { path: ["defaultLocale"], error: "the default locale has no content in locales" },
  ) as unknown as z.ZodType<TemplateDefinition>;
