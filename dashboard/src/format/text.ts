/** "run-started" -> "Run started". */
export const sentence = (code: string): string => {
  const text = code.replace(/[-_]+/g, " ").trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/** A JSON value in a few words for a line of text: quoted text, bare numbers, shortened lists and objects. */
export const shortValue = (value: unknown, limit = 60): string => {
  const text = typeof value === "string" ? `“${value}”` : (JSON.stringify(value) ?? "");
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
};
