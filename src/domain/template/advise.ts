import type { InputProblem } from "../fault.ts";
import { utf8Length } from "./budget.ts";
import { markupProblems } from "./advise-markup.ts";
import { freeNames } from "./lint.ts";
import { lineAt, liquidPieces } from "./liquid-pieces.ts";
import { isPiece, type Pieces } from "./pieces.ts";
import type { TemplateDefinition } from "./template.ts";
import { localesWithoutWayOut } from "./way-out.ts";
import { writtenPlace } from "./written-place.ts";

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
  const without = isPiece(template) || template.channel !== "email" ? [] : localesWithoutWayOut(template, pieces);
  for (const [locale, content] of Object.entries(template.locales)) {
    const at = `locales.${locale}`;
    if (!isPiece(template))
      warnings.push(...unknownNames(template, locale).map((warning) => ({ ...warning, path: `${at}.${warning.path}` })));
    if (template.channel === "webhook" && "body" in content)
      warnings.push(...bareInJson(content.body).map((message) => ({ path: `${at}.body`, message })));
    if (template.channel !== "email" || !("html" in content || "mjml" in content || "blocks" in content)) continue;
    const form = content.html !== undefined ? "html" : content.mjml !== undefined ? "mjml" : "blocks";
    const mail = {
      subject: "subject" in content ? content.subject : "-",
      html: template.compiled?.[locale]?.html ?? content.html ?? "",
      preheader: "preheader" in content ? content.preheader : undefined,
    };
    const place: Place = (line, sign) => (form === "html" ? `line ${line}` : writtenPlace(content, sign));
    warnings.push(...adviseMail(mail, place).map(({ path, message }) => ({ path: `${at}.${path.replace(/^html$/, form)}`, message })));
    for (const [index, block] of (content.blocks ?? []).entries())
      if (block.type === "footer" && (block.text ?? "").trim() === "")
        warnings.push({
          path: `${at}.blocks[${index}]`,
          message: "says not who sends the mail: laws of many countries ask for a postal address",
        });
    if (without.includes(locale))
      warnings.push({
        path: `${at}.${form}`,
        message: "has no unsubscribe_url and no preferences_url: only transactional mail may be without",
      });
  }
  return warnings.slice(0, maxWarnings);
};

/** Values in a JSON body whose quotes and line breaks would end the text they stand in. */
const bareInJson = (body: string): readonly string[] =>
  /^\s*(?:\{%[^%]*%\}\s*)*(?:\[|\{(?![{%]))/.test(body)
    ? liquidPieces(body).flatMap(({ text, start, isTag }) =>
        isTag || /\|\s*(?:json|jsonify)\b[^|]*\}\}$/.test(text) || /\|\s*(?:plus|minus|times|divided_by|round|size)\b[^|]*\}\}$/.test(text)
          ? []
          : [`line ${lineAt(body, start)}: a value stands in JSON as it is, without the filter json: ${text.slice(0, 100)}`],
      )
    : [];

/** Where something of a body was written, by its line in the HTML and what stands there: "line 3", "blocks[2].href". */
type Place = (line: number, sign: string) => string | undefined;

/** What is wrong with a mail for those who read it: size, links, images, subject and preheader. */
export const adviseMail = ({ subject, html, preheader }: Mail, place?: Place): readonly InputProblem[] => {
  const warnings: InputProblem[] = [];
  const warn = (path: string, message: string): void => void warnings.push({ path, message });
  if (subject.trim() === "") warn("subject", "is empty");
  if (preheader !== undefined && plainLength(preheader) > preheaderSeen)
    warn("preheader", `is longer than ${preheaderSeen} characters: inboxes show no more`);
  const bytes = utf8Length(html);
  if (bytes > clippedAt) warn("html", `is ${Math.ceil(bytes / 1024)} KB large: Gmail cuts mails off at ${clippedAt / 1024} KB`);
  const said = new Set<string>();
  for (const { at, sign, message } of markupProblems(html)) {
    if (said.has(message)) continue;
    said.add(message);
    const where = place?.(lineAt(html, at), sign);
    if (where?.startsWith("blocks") === true) warn(where, message);
    else warn("html", where === undefined ? message : `${where}: ${message}`);
    if (warnings.length >= maxWarnings) break;
  }
  return warnings;
};

const plainLength = (source: string): number => liquidPieces(source).reduce((length, { text }) => length - text.length, source.length);

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
