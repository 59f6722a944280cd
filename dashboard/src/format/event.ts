/** An event as the API shows one, as far as its words need it. */
export interface EventWords {
  readonly type: string;
  readonly event?: string | undefined;
  readonly name?: string | undefined;
  readonly groupId?: string | undefined;
  readonly properties?: unknown;
  readonly traits?: unknown;
}

const nonEmpty = (value: unknown): unknown =>
  typeof value === "object" && value !== null && Object.keys(value).length > 0 ? value : undefined;

/** "Order Completed", "Viewed page Home", "Identified"; with the properties or traits, if any. */
export const describeEventRow = ({
  type,
  event,
  name,
  groupId,
  properties,
  traits,
}: EventWords): { readonly title: string; readonly body?: unknown } => {
  const body = nonEmpty(properties) ?? nonEmpty(traits);
  const titles: Readonly<Record<string, string>> = {
    track: event ?? "Event",
    page: name === undefined ? "Viewed a page" : `Viewed page ${name}`,
    screen: name === undefined ? "Viewed a screen" : `Viewed screen ${name}`,
    identify: "Identified",
    group: `Joined group ${groupId ?? ""}`.trim(),
    alias: "Linked to another id",
  };
  return { title: titles[type] ?? type, ...(body === undefined ? {} : { body }) };
};
