import { describe, expect, it } from "vitest";
import { htmlToText } from "./html-to-text.ts";

describe("htmlToText", () => {
  it.each([
    ["paragraphs and breaks", "<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"],
    ["white space of every kind as one space", "a \n b\n\n c\t d  e \u00a0 \u2003f\r\ng", "a b c d e f g"],
    ["runs of white space", "<p>\n  One\n  two </p>", "One two"],
    ["links keep their address", '<a href="https://e.com/?a=1&amp;b=2">Shop</a>', "Shop (https://e.com/?a=1&b=2)"],
    ["a link that already shows its address", '<a href="https://e.com">https://e.com</a>', "https://e.com"],
    ["a link to nowhere", '<a href="#top">Top</a>', "Top"],
    ["lists", "<ul><li>One</li><li>Two</li></ul>", "- One\n- Two"],
    ["a linked ornament", '<a href="https://e.com"><img src="x" alt=""></a><a href="https://e.com">Shop</a>', "Shop (https://e.com)"],
    ["a linked image that says nothing of itself", '<a href="https://e.com"><img src="x"></a>', "(https://e.com)"],
    ["spaces that do not break, as one", "a&nbsp;&nbsp; &nbsp;b\u00a0 c", "a b c"],
    ["numbered lists", "<ol><li>One</li><li>Two</li></ol><ol><li>Again</li></ol>", "1. One\n2. Two\n\n1. Again"],
    ["lists within lists", "<ul><li>One<ol><li>a</li><li>b</li></ol></li><li>Two</li></ul>", "- One\n1. a\n2. b\n- Two"],
    ["letters that are written as entities", "F&uuml;r &Uuml;n&iuml;c&ouml;d&eacute; &bdquo;&frac12;&ldquo;", "Für Ünïcödé „½“"],
    [
      "nothing of what inboxes preview, whatever else its style says",
      "<div style=\"color:#fff;display:none !important\">a<div>b</div>c</div><span style='display: none'>d</span>Hi",
      "Hi",
    ],
    ["what is not hidden", '<div style="display:block">a</div><p style="xdisplay:none">b</p>', "a\n\nb"],
    [
      "nothing of what is for Outlook only, all of what is for the others",
      "<!--[if mso]><p>Outlook</p><![endif]--><!--[if !mso]><!--><p>others</p><!--<![endif]-->",
      "others",
    ],
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
    htmlToText("<div style='display:none'>".repeat(20_000));
    htmlToText("<ol><li>".repeat(50_000));
    htmlToText(`<div style="${"display ".repeat(30_000)}`.repeat(3));
    htmlToText(`${" ".repeat(200_000)}x\n`.repeat(2));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
