import { describe, expect, it } from "vitest";
import { providerKinds, providerSchema } from "./provider-definition.ts";
import { samples } from "./providers/conformance-samples.ts";
import { settingsForm } from "./settings-form.ts";

describe.each([...providerKinds.values()].map((kind) => [kind.type, kind] as const))("the form of %s", (type, kind) => {
  const fields = settingsForm(kind);

  it("says of each setting what it is called and what belongs there, and marks exactly what is secret", () => {
    for (const { name, label, help } of fields)
      expect([name, label, help]).toEqual([name, expect.stringMatching(/^[A-Z]/), expect.stringMatching(/.{4}/)]);
    const secret = fields.filter((field) => field.secret).map(({ name }) => name);
    expect(new Set(secret)).toEqual(new Set<string>(kind.secrets));
  });

  it("offers what its schema takes: choices, defaults and examples", () => {
    const settings = samples[type]?.settings ?? {};
    for (const { name, choices = [], example, default: usual } of fields)
      for (const value of [...(example === undefined ? [] : [example]), ...(usual === undefined ? [] : [usual])]) {
        const problems = kind.settings.safeParse({ ...settings, [name]: value }).error?.issues ?? [];
        expect(
          // What settings say only together is not the example's fault.
          problems.filter(
            ({ path, message }) => path[0] === name && name !== "port" && name !== "security" && !message.startsWith("either "),
          ),
          `${name}: ${value}`,
        ).toEqual([]);
        if (choices.length > 0) expect(choices).toContain(value);
      }
  });

  it("shows an example wherever something has to be written", () => {
    expect(
      fields
        // A key file is pasted as it is.
        .filter(({ name, type: of, required, example }) => of === "text" && required && example === undefined && name !== "serviceAccount")
        .map(({ name }) => name),
    ).toEqual([]);
  });

  it("says what a message costs", () => expect(kind.cost).toMatch(/.{8}/));

  it.runIf(kind.suggestedRate !== undefined)("suggests a rate that can be put", () => {
    const definition = { key: "mine", type, channel: kind.channels[0], settings: samples[type]?.settings, rate: kind.suggestedRate };
    expect(providerSchema.safeParse(definition).error).toBeUndefined();
  });
});

it("a form is of its schema", () => {
  const smtp = providerKinds.get("smtp");
  if (smtp === undefined) throw new Error("expected smtp");
  expect(settingsForm(smtp)).toMatchObject([
    { name: "host", label: "Host", secret: false, required: true, type: "text", example: "smtp.example.com" },
    { name: "port", type: "number", required: false, default: 465 },
    { name: "security", type: "choice", choices: ["tls", "starttls", "none"], default: "tls" },
    { name: "username", required: false },
    { name: "password", secret: true, required: false },
    { name: "from", required: true, example: "Shop <hello@shop.example>" },
  ]);
});
