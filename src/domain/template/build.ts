import type { MessageContent } from "../message/message.ts";
import * as kinds from "./contents/all.ts";
import type { Print, Surroundings } from "./contents/content-kind.ts";
import type { MessageTemplate } from "./template.ts";

/** Makes the message content of one locale, printing each piece by `print`. Throws what `print` throws. */
export function buildContent(template: MessageTemplate, locale: string, print: Print, frame?: Surroundings["frame"]): MessageContent {
  const content = template.locales[locale];
  if (content === undefined) throw new Error(`expected content for the locale ${locale} in the template ${template.key}`);
  // templateSchema checked the content against this very kind's schema; TypeScript cannot pair the two unions.
  const kind = kinds[template.channel] as { build(content: object, print: Print, around: Surroundings): MessageContent };
  return kind.build(content, print, { compiled: template.compiled?.[locale], ...(frame && { frame }) });
}
