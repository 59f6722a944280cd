/** The part of mjml-browser that we use; it has no declarations of its own. */
export interface MjmlError {
  readonly line?: number;
  readonly message: string;
  readonly tagName?: string;
}

export interface MjmlOptions {
  readonly validationLevel: "soft" | "strict" | "skip";
  /** Web fonts that are loaded where their name is used; the library's own list is Google's. */
  readonly fonts: Readonly<Record<string, string>>;
  readonly keepComments: boolean;
  readonly ignoreIncludes: boolean;
}

declare const mjml2html: (
  source: string,
  options: MjmlOptions,
) => Promise<{ readonly html: string; readonly errors: readonly MjmlError[] }>;
export default mjml2html;
