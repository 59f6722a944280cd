const beyondAscii = /[^\0-\x7f]/;

/** Length of a text in UTF-8 bytes, which is what every limit of the platform counts. A lone surrogate counts as its replacement, 3. */
export const utf8Length = (text: string): number => {
  if (!beyondAscii.test(text)) return text.length;
  let bytes = text.length;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 ? 1 : 2;
    // A pair is 2 units and 4 bytes: 2 more than its units, all counted at the first.
    if (unit >= 0xd800 && unit < 0xdc00) {
      const next = text.charCodeAt(i + 1);
      if (next >= 0xdc00 && next < 0xe000) i += 1;
    }
  }
  return bytes;
};
