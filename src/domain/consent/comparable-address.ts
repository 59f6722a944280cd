/** How an address is compared: of an email address the case and a name before it say nothing, of a telephone number the marks between digits. */
export const comparableAddress = (channel: string, address: string): string =>
  channel === "email"
    ? (/<([^<>]+)>\s*$/.exec(address)?.[1] ?? address).trim().toLowerCase()
    : channel === "sms" || channel === "whatsapp"
      ? address.replace(/[\s().-]/g, "")
      : address.trim();
