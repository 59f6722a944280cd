import { describe, expect, it } from "vitest";
import { followHtml, withParameters } from "./track-html.ts";

const links = (html: string): readonly string[] => {
  const seen: string[] = [];
  followHtml(html, { link: (url) => (seen.push(url), undefined) });
  return seen;
};
const rewritten = (html: string) => followHtml(html, { link: (url) => `https://t.example/?u=${encodeURIComponent(url)}` });

describe("links of an HTML body", () => {
  it("are those of <a> and <area> with an address of the web, however they are quoted", () => {
    expect(links('<a href="https://a.example/?x=1&amp;y=&#50;">')).toEqual(["https://a.example/?x=1&y=2"]);
    expect(links("<A class=x HREF='http://b.example/' title='a > b'>")).toEqual(["http://b.example/"]);
    expect(links('<area shape="rect" href=https://c.example/>')).toEqual(["https://c.example/"]);
    expect(links('<a\nhref = " https://d.example "\n>')).toEqual(["https://d.example"]);
    expect(links('<a href="mailto:a@b.c"><a href="tel:+1"><a href="#top"><a href="/path"><a name="x"><a href="">')).toEqual([]);
    expect(links('<abbr href="https://x.example"><link href="https://x.example"><img src="https://x.example">')).toEqual([]);
    expect(links('<a data-href="https://x.example" title="href=https://y.example">')).toEqual([]);
    expect(links(`<a title="see href='https://y.example'" href="https://a.example" HREF="https://z.example">`)).toEqual([
      "https://a.example",
    ]);
    expect(links('<!--[if mso]><v:roundrect href="https://v.example" arcsize="8%"><![endif]-->')).toEqual(["https://v.example"]);
  });

  it("come out escaped, and all else stays byte for byte", () => {
    const html = `<p title='<a href="x">'>é &nbsp; <a id=1 href='https://a.example/?a=1&b="2"'>A</a>\r\n<a href=#x>B</a></p>`;
    expect(rewritten(html)).toBe(
      html.replace(`'https://a.example/?a=1&b="2"'`, '"https://t.example/?u=https%3A%2F%2Fa.example%2F%3Fa%3D1%26b%3D%222%22"'),
    );
    expect(followHtml(html, { link: () => undefined })).toBe(html);
  });

  it("the pixel stands before the end of the body, else at the end", () => {
    const pixel = { link: () => undefined, pixel: "https://t.example/?a&b" };
    expect(followHtml("<body>x</BODY></html>", pixel)).toMatch(
      /^<body>x<img src="https:\/\/t\.example\/\?a&amp;b" [^>]*><\/BODY><\/html>$/,
    );
    expect(followHtml("x", pixel)).toMatch(/^x<img [^>]*>$/);
    // Letters that are two in small letters move nothing.
    expect(followHtml("<body>İİİİ</body></html>", pixel)).toMatch(/^<body>İİİİ<img [^>]*><\/body><\/html>$/);
  });

  it("what stands for no character is left as it is", () => {
    expect(links('<a href="https://a.example/&#xD800;&#0;&#x110000;">')).toEqual(["https://a.example/&#xD800;&#0;&#x110000;"]);
  });

  it("costs no more than the length of the body, however it is broken", () => {
    const began = performance.now();
    for (const piece of ['<a "', "<a <a ", "<a '\"", "<a href=", '<a href="', "<a a=b ", '<a a=b href="https://x" ', "</body"])
      followHtml(piece.repeat(100_000), { link: () => "https://t.example/", pixel: "https://t.example/p" });
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

describe("parameters", () => {
  it("are added to those there are, before the fragment, and never twice", () => {
    const utm = [["utm_source", "a b"]] as const;
    expect(withParameters("https://a.example", utm)).toBe("https://a.example?utm_source=a%20b");
    expect(withParameters("https://a.example/?x=%7E&y#z?", utm)).toBe("https://a.example/?x=%7E&y&utm_source=a%20b#z?");
    expect(withParameters("https://a.example/?utm_source=own", utm)).toBe("https://a.example/?utm_source=own");
    expect(withParameters("not an address", utm)).toBe("not an address");
  });
});
