import * as z from "zod";
import type { ProviderKind } from "./provider.ts";

/** One field of the form that a provider's settings are given by. */
export interface FormField {
  readonly name: string;
  /** For people: "API key". */
  readonly label: string;
  readonly help: string;
  /** Written and never read back. */
  readonly secret: boolean;
  readonly required: boolean;
  /** `list`: texts. `object`: JSON as it is. */
  readonly type: "text" | "number" | "boolean" | "choice" | "list" | "object";
  readonly choices?: readonly string[];
  readonly default?: string | number | boolean;
  readonly example?: string;
}

/** The parts of JSON Schema that a setting is described by. */
interface Described {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly default?: string | number | boolean;
  readonly examples?: readonly string[];
}

/** A kind's settings as a form: made of its schema, so that what is checked and what is shown are the same. */
export const settingsForm = (kind: ProviderKind): readonly FormField[] => {
  const { properties = {}, required = [] } = z.toJSONSchema(kind.settings, { io: "input", unrepresentable: "any" }) as {
    readonly properties?: Readonly<Record<string, Described>>;
    readonly required?: readonly string[];
  }; // settings are objects
  const secrets: readonly string[] = kind.secrets;
  return Object.entries(properties).map(([name, field]) => ({
    name,
    label: labelOf(name),
    help: field.description ?? "",
    secret: secrets.includes(name),
    required: required.includes(name),
    type: typeOf(field),
    ...(field.enum && { choices: field.enum }),
    ...(field.default !== undefined && { default: field.default }),
    ...(field.examples?.[0] !== undefined && { example: field.examples[0] }),
  }));
};

const typeOf = (field: Described): FormField["type"] => {
  if (field.enum) return "choice";
  if (field.type === "integer" || field.type === "number") return "number";
  if (field.type === "array") return "list";
  return field.type === "boolean" ? "boolean" : field.type === "object" ? "object" : "text";
};

const words: Readonly<Record<string, string>> = { api: "API", id: "ID", sid: "SID", url: "URL", arn: "ARN", sms: "SMS", uuid: "UUID" };

/** "webhookPublicKey" as "Webhook public key". */
const labelOf = (name: string): string => {
  const label = name
    .split(/(?=[A-Z])/)
    .map((word) => words[word.toLowerCase()] ?? word.toLowerCase())
    .join(" ");
  return label.charAt(0).toUpperCase() + label.slice(1);
};
