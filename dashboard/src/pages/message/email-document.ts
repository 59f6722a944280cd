/**
 * A mail's HTML as a document for a frame with `sandbox=""`: our policy comes before anything of the mail's, so that a
 * policy, base or refresh inside the mail can only narrow it. The mail's text is not changed or parsed.
 */
export const emailDocument = (html: string, pictures: boolean): string =>
  `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:${pictures ? " https:" : ""}; font-src data:; form-action 'none'; base-uri 'none'"><meta name="referrer" content="no-referrer"><base target="_blank"><style>body{margin:16px;font-family:system-ui,sans-serif;color:#1a1a1a;background:#fff;color-scheme:light;overflow-wrap:anywhere}img{max-width:100%}</style>${html}`;
