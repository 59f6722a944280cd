/** Fields as a form of the web (application/x-www-form-urlencoded); what is undefined is left out. */
export const formBody = (fields: Readonly<Record<string, string | undefined>>): string => {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.append(name, value);
  return form.toString();
};

/** Names and values of a form or query, as they came. */
export type FormFields = readonly (readonly [name: string, value: string])[];

/** Reads such a body; a body that is none gives names that nobody asks for. */
export const readForm = (body: string): FormFields => [...new URLSearchParams(body)];

/** The first value of that name; undefined where there is none or it is empty. */
export const fieldOf = (fields: FormFields, name: string): string | undefined =>
  fields.find(([given, value]) => given === name && value !== "")?.[1];
