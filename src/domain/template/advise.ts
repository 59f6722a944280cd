import type { InputProblem } from "../fault.ts";
import { utf8Length } from "./budget.ts";
import { attributeOf, readTag } from "./html-tags.ts";
import { freeNames } from "./lint.ts";
import { liquidPieces } from "./liquid-pieces.ts";
import { isPiece, type Pieces } from "./pieces.ts";
import type { TemplateDefinition } from "./template.ts";

/** Gmail shows no more of a mail than this, and with it no unsubscribe link at its end. */
export const clippedAt = 102 * 1024;
/** What inboxes show of a preheader at most, characters. */
const preheaderSeen = 150;
/** Warnings of one template: the first ones say enough. */
const maxWarnings = 50;

/** An email as it is written or as it was rendered. */
export interface Mail {
  readonly subject: string;
  readonly html: string;
  readonly preheader?: string | undefined;
}

/** What a template that may be saved should be changed in; `path` as with problems. */
export const adviseTemplate = (template: TemplateDefinition, pieces: Pieces): readonly InputProblem[] => {
  const warnings: InputProblem[] = [];
  for (const [locale, content] of Object.entries(template.locales)) {
    const at = `locales.${locale}`;
    if (!isPiece(template))
      warnings.push(...unknownNames(template, locale).map((warning) => ({ ...warning, path: `${at}.${warning.path}` })));
    if (template.channel !== "email" || !("html" in content || "mjml" in content || "blocks" in content)) continue;
    const form = content.html !== undefined ? "html" : content.mjml !== undefined ? "mjml" : "blocks";
    const html = template.compiled?.[locale]?.html ?? content.html ?? "";
    const mail = {
      subject: "subject" in content ? content.subject : "-",
      html,
      preheader: "preheader" in content ? content.preheader : undefined,
    };
    warnings.push(...adviseMail(mail).map(({ path, message }) => ({ path: `${at}.${path === "html" ? form : path}`, message })));
    if (!isPiece(template) && !offersWayOut(template, pieces))
      warnings.push({
        path: `${at}.${form}`,
        message: "has no unsubscribe_url and no preferences_url: only transactional mail may be without",
      });
  }
  return warnings.slice(0, maxWarnings);
};

/** Can whoever gets it refuse it? Looks into what it is put together of. */
export const offersWayOut = (template: TemplateDefinition, pieces: Pieces): boolean =>
  [template, ...piecesOf(template, pieces, new Set())].some(({ locales, compiled }) =>
    /unsubscribe|preferences_url/i.test(JSON.stringify([locales, compiled])),
  );

const piecesOf = ({ uses }: TemplateDefinition, pieces: Pieces, seen: Set<string>): readonly TemplateDefinition[] =>
  [...(uses?.partials ?? []), ...(uses?.layouts ?? [])].flatMap((key) => {
    const piece = pieces.get(key);
    if (piece === undefined || seen.has(key)) return [];
    seen.add(key);
    return [piece, ...piecesOf(piece, pieces, seen)];
  });

/** What is wrong with a mail for those who read it: size, links, images, subject and preheader. */
export const adviseMail = ({ subject, html, preheader }: Mail): readonly InputProblem[] => {
  const warnings: InputProblem[] = [];
  const warn = (path: string, message: string): void => void warnings.push({ path, message });
  if (subject.trim() === "") warn("subject", "is empty");
  if (preheader !== undefined && plainLength(preheader) > preheaderSeen)
    warn("preheader", `is longer than ${preheaderSeen} characters: inboxes show no more`);
  const bytes = utf8Length(html);
  if (bytes > clippedAt) warn("html", `is ${Math.ceil(bytes / 1024)} KB large: Gmail cuts mails off at ${clippedAt / 1024} KB`);
  const said = new Set<string>();
  for (const { path, message } of markupProblems(html))
    if (!said.has(message)) {
      said.add(message);
      warn(path, message);
    }
  return warnings.slice(0, maxWarnings);
};

const plainLength = (source: string): number => liquidPieces(source).reduce((length, { text }) => length - text.length, source.length);

function* markupProblems(source: string): Generator<InputProblem> {
  const html = withoutLiquid(source);
  for (let at = html.indexOf("<"); at >= 0;) {
    const tag = readTag(html, at);
    if (!tag.closing && tag.name === "a" && /\shref\s*=/i.test(tag.text)) {
      const wrong = linkProblem(attributeOf(tag.text, "href"));
      if (wrong !== undefined) yield { path: "html", message: wrong };
    }
    if (tag.name === "img" && !/\salt\s*=/i.test(tag.text))
      yield { path: "html", message: `the image ${attributeOf(tag.text, "src").slice(0, 100)} has no alt text (alt="" for an ornament)` };
    at = html.indexOf("<", tag.end);
  }
}

/** A word stands for each piece of Liquid, whose quotes and brackets are none of the markup's. */
const stand = "liquid.example";
const withoutLiquid = (source: string): string => {
  let made = "";
  let at = 0;
  for (const { start, end, isTag } of liquidPieces(source)) {
    made += source.slice(at, start) + (isTag ? "" : stand);
    at = end;
  }
  return made + source.slice(at);
};

const linkProblem = (href: string): string | undefined => {
  const shown = href.slice(0, 100).replaceAll(stand, "{{ … }}");
  if (href.startsWith(stand) || (href.startsWith("#") && href.length > 1) || /^(?:mailto|tel|sms):./i.test(href)) return undefined;
  if (href === "" || href === "#") return `a link leads nowhere: "${shown}"`;
  if (/^http:\/\//i.test(href)) return `a link is not encrypted (http): ${shown}`;
  if (!/^[a-z][a-z0-9+.-]*:/i.test(href)) return `a link is relative, which leads nowhere from a mail: ${shown}`;
  if (/^https:/i.test(href) && !/^https:\/\/[^\s/?#@:]+(?::\d{1,5})?(?:[/?#]\S*)?$/i.test(href)) return `a link is no address: ${shown}`;
  return /^https:/i.test(href) ? undefined : `a link has a scheme that mail readers refuse: ${shown}`;
};

/** What templates are given, whoever sends them. */
const given = new Set([
  "user",
  "trigger",
  "run",
  "variables",
  "digest",
  "message",
  "workspace",
  "data",
  "links",
  "unsubscribe_url",
  "preferences_url",
  "view_in_browser_url",
  "confirm_url",
]);

/** Names that nothing gives a value to, and data that the template does not say it expects. */
const unknownNames = (template: TemplateDefinition, locale: string): readonly InputProblem[] => {
  const declared = isPiece(template) ? undefined : template.variables;
  return freeNames(template, locale).flatMap(({ path, name, field }) => {
    if (!given.has(name)) return [{ path, message: `nothing is called ${name}: templates see ${[...given].slice(0, 8).join(", ")}` }];
    return name === "data" && declared !== undefined && field !== undefined && !Object.hasOwn(declared, field)
      ? [{ path, message: `data.${field} is not among the template's variables` }]
      : [];
  });
};
