/**
 * May the platform call this address? Undefined when it may, else why not, for people. A Worker cannot resolve a name
 * before it fetches, so what is refused are literal addresses that are not public, in every notation (the URL parser has
 * made decimal, octal, hexadecimal and short forms into one), and names that only mean something inside a network.
 *
 * @param allowLoopback true only where the operator said so: tests and `npm start` have their providers on this machine.
 */
export function refusedAddress(text: string, allowLoopback: boolean): string | undefined {
  if (!URL.canParse(text)) return "not a URL";
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return `the scheme ${url.protocol} is not http or https`;
  if (url.username !== "" || url.password !== "") return "a URL with a user name or password";
  const host = url.hostname.replace(/\.+$/, "");
  if (host === "") return "a URL without a host";
  const kind = host.startsWith("[")
    ? ipv6Kind(host.slice(1, -1))
    : /^\d+(?:\.\d+){3}$/.test(host)
      ? ipv4Kind(host.split(".").map(Number))
      : nameKind(host);
  if (kind === "public" || (kind === "loopback" && allowLoopback)) return undefined;
  return kind === "loopback" ? `${url.hostname} is a loopback address` : `${url.hostname} is not a public address`;
}

/** True for addresses of this very machine. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/\.+$/, "");
  if (host.startsWith("[")) return ipv6Kind(host.slice(1, -1)) === "loopback";
  return /^\d+(?:\.\d+){3}$/.test(host) ? host.startsWith("127.") : nameKind(host) === "loopback";
}

type Kind = "public" | "loopback" | "private";

/** Endings of names that no public resolver answers. Source: RFC 6761, 6762, 8375, 9476 and what cloud providers use for metadata. */
const insideEndings = [
  "local",
  "internal",
  "intranet",
  "lan",
  "home",
  "corp",
  "private",
  "home.arpa",
  "test",
  "invalid",
  "onion",
  "alt",
  "arpa",
];

function nameKind(host: string): Kind {
  if (host === "localhost" || host.endsWith(".localhost")) return "loopback";
  // One label ("redis", "metadata") is looked up in whatever network the caller is in.
  if (!host.includes(".")) return "private";
  return insideEndings.some((ending) => host.endsWith(`.${ending}`)) ? "private" : "public";
}

/** Networks that are not public: first address and prefix length. Source: IANA IPv4 Special-Purpose Address Registry. */
const insideNetworks: readonly (readonly [readonly [number, number, number, number], number])[] = [
  [[0, 0, 0, 0], 8],
  [[10, 0, 0, 0], 8],
  [[100, 64, 0, 0], 10],
  [[169, 254, 0, 0], 16],
  [[172, 16, 0, 0], 12],
  [[192, 0, 0, 0], 24],
  [[192, 0, 2, 0], 24],
  [[192, 88, 99, 0], 24],
  [[192, 168, 0, 0], 16],
  [[198, 18, 0, 0], 15],
  [[198, 51, 100, 0], 24],
  [[203, 0, 113, 0], 24],
  [[224, 0, 0, 0], 3],
];

function ipv4Kind(octets: readonly number[]): Kind {
  if (octets[0] === 127) return "loopback";
  const address = toNumber(octets);
  // Shared prefix of `bits` bits = the same quotient by the rest's size.
  const isInside = insideNetworks.some(
    ([network, bits]) => Math.floor(address / 2 ** (32 - bits)) === Math.floor(toNumber(network) / 2 ** (32 - bits)),
  );
  return isInside ? "private" : "public";
}

const toNumber = (octets: readonly number[]): number => octets.reduce((sum, octet) => sum * 256 + octet, 0);

/** `text` as the URL parser writes it: lower-case hexadecimal groups, one "::" at most, never dotted. */
function ipv6Kind(text: string): Kind {
  const groups = ipv6Groups(text);
  const [first = 0, second = 0] = groups;
  const last = [groups[6] ?? 0, groups[7] ?? 0].flatMap((group) => [group >> 8, group & 255]);
  const leadingZeros = groups.findIndex((group) => group !== 0);
  if (leadingZeros === 7 && groups[7] === 1) return "loopback";
  // ::ffff:a.b.c.d reaches the IPv4 address itself.
  if (leadingZeros === 5 && groups[5] === 0xffff) return ipv4Kind(last);
  // Only 2000::/3 is global unicast; of it, 2001::/23, 2001:db8::/32, 2002::/16 (6to4) and 3fff::/20 embed other addresses or lead nowhere.
  if (first < 0x2000 || first > 0x3fff) return "private";
  if (first === 0x2001 && (second < 0x0200 || second === 0x0db8)) return "private";
  if (first === 0x2002 || (first === 0x3fff && second < 0x1000)) return "private";
  return "public";
}

function ipv6Groups(text: string): readonly number[] {
  const [head = "", tail] = text.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array.from({ length: zeros }, () => "0"), ...after].map((group) => Number.parseInt(group, 16));
}
