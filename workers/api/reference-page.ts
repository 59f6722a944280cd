import type { Route } from "./route.ts";

/** The reference as one page of plain HTML: nothing is loaded from elsewhere, nothing runs. Examples are in docs/. */
export const referencePage = (routes: readonly Route[]): Response => {
  const byResource = Map.groupBy(routes, ({ spec }) => spec.path.split("/")[2] ?? "");
  const sections = [...byResource].map(
    ([name, own]) => `<section><h2 id="${escape(name)}">${escape(name)}</h2>${own.map(operation).join("")}</section>`,
  );
  const links = [...byResource.keys()].map((name) => `<a href="#${escape(name)}">${escape(name)}</a>`);
  return new Response(page(links.join(" "), sections.join("")), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
      "x-content-type-options": "nosniff",
    },
  });
};

const operation = ({ spec }: Route): string =>
  `<p><code><b>${spec.method.toUpperCase()}</b> ${escape(spec.path)}</code> <small>${escape(spec.scope)}</small><br>${escape(spec.summary)}</p>`;

const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

const page = (links: string, sections: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Tern API</title>
<style>:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:52rem;margin:2rem auto;padding:0 1rem}
small{opacity:.7;border:1px solid;border-radius:4px;padding:0 .3rem}nav a{margin-right:.75rem}code{font-size:.95em}</style></head>
<body><h1>Tern management API</h1>
<p>Send an API key as <code>Authorization: Bearer ak_…</code>; the word beside each operation is the scope it needs.
Schemas: <a href="/api/openapi.json">openapi.json</a> (OpenAPI 3.1). Errors are <code>application/problem+json</code> with a stable
<code>code</code> and, for bad input, <code>errors: [{path, message}]</code>.</p>
<nav>${links}</nav>${sections}</body></html>`;
