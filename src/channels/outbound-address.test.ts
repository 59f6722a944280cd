import { describe, expect, it } from "vitest";
import { isLoopback, refusedAddress } from "./outbound-address.ts";

const open = [
  "https://example.com",
  "https://example.com:8443/a?b#c",
  "http://93.184.216.34/",
  "https://[2606:2800:220:1:248:1893:25c8:1946]/",
  "https://example.com./",
  "https://EXAMPLE.com",
  "https://xn--bcher-kva.example",
  "https://100.63.255.255/",
  "https://172.32.0.1/",
  "https://11.0.0.1",
];
const loopback = [
  "http://127.0.0.1",
  "http://127.1",
  "http://127.255.255.254:9",
  "http://2130706433/",
  "http://0x7f000001/",
  "http://0x7f.1",
  "http://0177.0.0.1",
  "http://017700000001",
  "http://localhost",
  "http://LOCALHOST:80",
  "http://a.localhost",
  "http://localhost.",
  "http://127.0.0.1./",
  "http://[::1]",
  "http://[0:0:0:0:0:0:0:1]",
  "http://[::ffff:127.0.0.1]",
  "http://[::ffff:7f00:1]",
  "http://１２７.0.0.1",
];
const inside = [
  "http://0.0.0.0",
  "http://0",
  "http://10.0.0.1",
  "http://10.255.255.255",
  "http://100.64.0.1",
  "http://100.127.255.255",
  "http://169.254.169.254/latest/meta-data",
  "http://2852039166/",
  "http://0xa9fea9fe/",
  "http://0251.0376.0251.0376/",
  "http://172.16.0.1",
  "http://172.31.255.255",
  "http://192.0.0.192",
  "http://192.168.0.1",
  "http://192.168.1.1.",
  "http://198.18.0.1",
  "http://224.0.0.1",
  "http://240.0.0.1",
  "http://255.255.255.255",
  "http://192.0.2.1",
  "http://198.51.100.7",
  "http://203.0.113.9",
  "http://[::]",
  "http://[fe80::1]",
  "http://[fc00::1]",
  "http://[fd00:ec2::254]",
  "http://[ff02::1]",
  "http://[::ffff:10.0.0.1]",
  "http://[::ffff:169.254.169.254]",
  "http://[::10.0.0.1]",
  "http://[64:ff9b::10.0.0.1]",
  "http://[2002:0a00:0001::]",
  "http://[2001:db8::1]",
  "http://[2001::1]",
  "http://[3fff::1]",
  "http://[100::1]",
  "http://redis",
  "http://metadata/",
  "http://metadata.google.internal",
  "http://instance-data.ec2.internal",
  "http://printer.local",
  "http://router.lan",
  "http://x.home.arpa",
];
const never = [
  "file:///etc/passwd",
  "ftp://example.com",
  "gopher://example.com",
  "data:text/plain,x",
  "javascript:alert(1)",
  "https://user@example.com",
  "https://user:pw@example.com",
  "https://example.com@127.0.0.1",
  "example.com",
  "",
  "http://",
  "http://[::1",
  "http://256.0.0.1",
  "//example.com",
];

describe("refusedAddress", () => {
  it.each(open)("allows %s", (url) => {
    expect(refusedAddress(url, false)).toBeUndefined();
    expect(refusedAddress(url, true)).toBeUndefined();
  });
  it.each(loopback)("allows %s only where loopback is allowed", (url) => {
    expect(refusedAddress(url, false)).toMatch(/loopback/);
    expect(refusedAddress(url, true)).toBeUndefined();
  });
  it.each(inside)("refuses %s, also where loopback is allowed", (url) => {
    expect(refusedAddress(url, false)).toMatch(/not a public address/);
    expect(refusedAddress(url, true)).toMatch(/not a public address/);
  });
  it.each(never)("refuses %j", (url) => {
    expect(refusedAddress(url, true)).toBeTypeOf("string");
  });
});

describe("isLoopback", () => {
  it.each(loopback)("%s", (url) => expect(isLoopback(new URL(url).hostname)).toBe(true));
  it.each([...open, ...inside])("not %s", (url) => expect(isLoopback(new URL(url).hostname)).toBe(false));
});
