/** Templates as tests put them. */
export const email = (content: object, more: object = {}) => ({
  channel: "email",
  name: "T",
  defaultLocale: "en",
  locales: { en: { subject: "Hi {{ user.firstName }}", ...content } },
  ...more,
});
export const mjml = (inner: string) => `<mjml><mj-body>\n<mj-section><mj-column>${inner}</mj-column></mj-section></mj-body></mjml>`;
export const footer = (html: string, more: object = {}) => ({
  kind: "partial",
  channel: "email",
  name: "F",
  defaultLocale: "en",
  locales: { en: { html } },
  ...more,
});
export const layout = (html: string) => ({ kind: "layout", channel: "email", name: "L", defaultLocale: "en", locales: { en: { html } } });
export const content = (answer: {
  readonly body: { readonly content: { readonly html: string; readonly subject: string; readonly text: string } };
}) => answer.body.content;
