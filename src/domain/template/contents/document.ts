import { escapeHtml } from "../blocks/escape.ts";

/**
 * Inbox previews show the first text of the body: the preheader goes there, unseen once the mail is open. What cannot be seen
 * either follows it, so that the mail's own beginning does not.
 */
export const withPreheader = (html: string, preheader: string): string => {
  const hidden = `<div style="${unseen}">${escapeHtml(preheader)}${filling}</div>`;
  const body = /<body\b[^>]*>/i.exec(html);
  if (!body) return hidden + html;
  const at = body.index + body[0].length;
  return html.slice(0, at) + hidden + html.slice(at);
};

/** Each mail program obeys some of these. */
const unseen = "display:none;max-height:0;max-width:0;opacity:0;overflow:hidden;font-size:1px;line-height:1px;mso-hide:all";

/** As wide as the longest preview, of characters without ink. */
const filling = "&#847;&zwnj;&nbsp;".repeat(60);

/** A document without a title is called "untitled" by screen readers and browsers: the subject is its title. */
export const withTitle = (html: string, subject: string): string =>
  html.replace(/<title>\s*<\/title>/i, () => `<title>${escapeHtml(subject)}</title>`);
