import type { Filter, FilterThis, Liquid } from "liquidjs";
import { printValue } from "./budget.ts";

/** HTML that is already made: what a layout prints as its content, or a filter has escaped. It is not escaped again. */
export class MadeHtml {
  readonly html: string;
  constructor(html: string) {
    this.html = html;
  }
  toString(): string {
    return this.html;
  }
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" };
const entityOf = (character: string): string => entities[character] ?? character;

type Escape = (this: FilterThis, value: unknown) => string;

const counted = (context: FilterThis["context"], value: unknown): string => {
  const text = printValue(value);
  context.memoryLimit.use(text.length);
  return text;
};

/** How the value of a `{{ … }}` is printed: in HTML, in plain text, and in Slack's markup, where `<!channel>` would call everybody. */
export const escapes = {
  html(value) {
    return value instanceof MadeHtml ? value.html : counted(this.context, value).replace(/[&<>"']/g, entityOf);
  },
  text(value) {
    return counted(this.context, value);
  },
  // Source: docs.slack.dev/messaging/formatting-message-text, Escaping text.
  mrkdwn(value) {
    return counted(this.context, value).replace(/[&<>]/g, entityOf);
  },
} as const satisfies Record<string, Escape>;

/**
 * Values are escaped in HTML without being asked, so `escape` has nothing left to do there, and what `newline_to_br` makes is
 * markup: templates written for engines that escape nothing come out right.
 */
export const addEscapeFilters = (engine: Liquid): void => {
  const escape: Filter = function (value) {
    return new MadeHtml(escapes.html.call(this, value));
  };
  const escapeOnce: Filter = function (value) {
    return new MadeHtml(escapes.html.call(this, value).replace(/&amp;(amp|lt|gt|quot|#34|#39);/g, "&$1;"));
  };
  engine.registerFilter("escape", escape);
  engine.registerFilter("xml_escape", escape);
  engine.registerFilter("escape_once", escapeOnce);
  engine.registerFilter("newline_to_br", function (value) {
    return new MadeHtml(escapes.html.call(this, value).replace(/\r?\n/g, "<br />\n"));
  });
};
