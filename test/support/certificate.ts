import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** A certificate and its key, made anew: nothing may trust it but the test that asked for it. */
export interface TestCertificate {
  readonly pem: string;
  readonly key: KeyObject;
  readonly keyPem: string;
}

/** A certificate for localhost that signs itself (X.509 version 3, RSA 2048, SHA-256). Source of the form: RFC 5280, 4.1. */
export function makeCertificate(): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const algorithm = element(0x30, oid("2a864886f70d01010b"), element(0x05));
  const name = element(0x30, element(0x31, element(0x30, oid("550403"), element(0x0c, Buffer.from("localhost")))));
  const validity = element(0x30, element(0x17, Buffer.from("200101000000Z")), element(0x17, Buffer.from("491231235959Z")));
  const names = element(0x30, element(0x82, Buffer.from("localhost")), element(0x87, Buffer.from([127, 0, 0, 1])));
  const extensions = element(0xa3, element(0x30, element(0x30, oid("551d11"), element(0x04, names))));
  const version = element(0xa0, element(0x02, Buffer.from([2])));
  const serial = element(0x02, Buffer.from([1]));
  const key = publicKey.export({ format: "der", type: "spki" });
  const toSign = element(0x30, version, serial, algorithm, name, validity, name, key, extensions);
  const signature = element(0x03, Buffer.from([0]), sign("sha256", toSign, privateKey));
  const der = element(0x30, toSign, algorithm, signature);
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return {
    pem: `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`,
    key: privateKey,
    keyPem: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
  };
}

/** One DER element. */
const element = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};

const oid = (hex: string): Buffer => element(0x06, Buffer.from(hex, "hex"));
