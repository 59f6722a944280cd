import { describe, expect, it } from "vitest";
import { htmlToText } from "./html-to-text.ts";

describe("htmlToText", () => {
  it.each([
    ["paragraphs and breaks", "<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"],
    ["runs of white space", "<p>\n  One\n  two </p>", "One two"],
    ["links keep their address", '<a href="https://e.com/?a=1&amp;b=2">Shop</a>', "Shop (https://e.com/?a=1&b=2)"],
    ["a link that already shows its address", '<a href="https://e.com">https://e.com</a>', "https://e.com"],
    ["a link to nowhere", '<a href="#top">Top</a>', "Top"],
    ["lists", "<ul><li>One</li><li>Two</li></ul>", "- One\n- Two"],
    ["images by their text", '<img src="x" alt="Our &quot;logo&quot;">', 'Our "logo"'],
    [
      "nothing of styles, scripts, the head and comments",
      "<head><title>t</title></head><style>a{}</STYLE ><!-- <p>c</p> --><script>if (a < b) x()</script>Hi",
      "Hi",
    ],
    ["entities", "&lt;b&gt; &amp;amp; &#8364; &#x20AC; &nope;", "<b> &amp; € € &nope;"],
    ["table cells", "<table><tr><td>A</td><td>1</td></tr><tr><td>B</td><td>2</td></tr></table>", "A 1\nB 2"],
    ["a lone bracket", "1 < 2 and <b>bold</b>", "1 < 2 and bold"],
    ["a tag that never ends", "Hi <a href='x", "Hi"],
  ])("%s", (_, html, text) => {
    expect(htmlToText(html)).toBe(text);
  });

  it("walks hostile markup once", () => {
    const started = performance.now();
    htmlToText("<style>".repeat(50_000));
    htmlToText("<".repeat(300_000));
    htmlToText("<a ".repeat(100_000));
    htmlToText(`${" ".repeat(200_000)}x\n`.repeat(2));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
