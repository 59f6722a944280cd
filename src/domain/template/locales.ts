import type { TemplateDefinition } from "./template.ts";

/**
 * The locale a definition has for a wanted one: itself, else with ever fewer of its parts (zh-Hant-TW, zh-Hant, zh), else the
 * default. Source: RFC 4647, 3.4 (lookup).
 */
export const chooseLocale = (template: Pick<TemplateDefinition, "locales" | "defaultLocale">, wanted: string | undefined): string => {
  if (wanted === undefined || wanted === "") return template.defaultLocale;
  const known = new Map(Object.keys(template.locales).map((key) => [key.toLowerCase(), key]));
  // A tag has a few parts; what has more is none, and is not looked at to its end.
  const parts = wanted.slice(0, 100).toLowerCase().replaceAll("_", "-").split("-").slice(0, 8);
  for (let count = parts.length; count > 0; count -= 1) {
    const found = known.get(parts.slice(0, count).join("-"));
    if (found !== undefined) return found;
  }
  return template.defaultLocale;
};

/** Languages that are written from right to left, and the scripts that say so of others. Source: CLDR, layout/orientation. */
const rightToLeft = new Set(["ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"]);
const rightToLeftScripts = new Set(["adlm", "arab", "hebr", "nkoo", "syrc", "thaa"]);

/** Which way a locale is written. */
export const directionOf = (locale: string): "ltr" | "rtl" => {
  const [language = "", ...rest] = locale.toLowerCase().split("-");
  const script = rest.find((part) => /^[a-z]{4}$/.test(part));
  return (script === undefined ? rightToLeft.has(language) : rightToLeftScripts.has(script)) ? "rtl" : "ltr";
};
