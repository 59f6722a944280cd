/** A mail of every kind of block, and one that runs from right to left. */
const picture = (width: number, height: number, colour: string): string =>
  `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="${colour}"/></svg>`)}`;

const card = (title: string, text: string, colour: string) => ({
  blocks: [
    { type: "image", src: picture(560, 360, colour), alt: title, radius: 8 },
    { type: "heading", level: 3, text: title },
    { type: "text", text },
    { type: "button", text: "Look", href: "https://shop.example/look" },
  ],
});

const products = {
  type: "products",
  items: "data.items",
  title: "{{ item.name }}",
  note: '{{ item.note | default: "" }}',
  price: '{{ item.price | money: "EUR" }}',
  image: "{{ item.image }}",
  href: "https://shop.example",
  empty: "Nothing",
};

const mail = (key: string, locale: string, content: object) => ({
  key,
  name: key,
  channel: "email",
  defaultLocale: locale,
  locales: { [locale]: { subject: key, preheader: "All of it", ...content } },
});

export const everyBlock = mail("every-block", "en", {
  blocks: [
    { type: "image", src: picture(1200, 500, "#224466"), alt: "Autumn", wide: true },
    { type: "heading", text: "Autumn is here, {{ user.firstName }}" },
    {
      type: "text",
      text: "For the **cold season**, picked by *people*.\n\n- Shirts\n- Tea from [friends](https://shop.example/tea)\n\nSee you.",
    },
    { type: "button", text: "See all of it", href: "https://shop.example/all" },
    { type: "divider" },
    { type: "columns", columns: [card("Boots", "Made to be walked in.", "#886644"), card("Coats", "Keep rain out.", "#446688")] },
    {
      type: "columns",
      keep: true,
      columns: ["one", "two", "three"].map((text) => ({ blocks: [{ type: "text", text, align: "center" }] })),
    },
    products,
    { type: "html", html: "<p style='margin:0'>Own <b>HTML</b></p>" },
    { type: "partial", key: "advantages" },
    { type: "heading", level: 3, text: "A colour of its own", background: "#fde68a", color: "#451a03", align: "center", padding: 24 },
    { type: "button", text: "A wide one", href: "https://shop.example", wide: true, if: "user.firstName" },
    { type: "spacer", height: 24 },
    {
      type: "social",
      links: [
        { name: "Instagram", href: "https://instagram.com/example" },
        { name: "With an icon", href: "https://shop.example", icon: picture(48, 48, "#336699") },
      ],
    },
    { type: "footer", text: "Shop Ltd, 1 Example Street", preferences: "Preferences", viewInBrowser: "View in browser" },
  ],
});

export const rightToLeft = mail("right-to-left", "ar", {
  blocks: [
    { type: "heading", text: "مرحبا {{ user.firstName }}" },
    { type: "text", text: "طلبك **في الطريق**.\n\n- واحد\n- اثنان" },
    { type: "button", text: "تابع الطلب", href: "https://shop.example" },
    { type: "columns", columns: [card("أحذية", "للمشي", "#886644"), card("معاطف", "للمطر", "#446688")] },
    products,
    { type: "footer", text: "شركة", unsubscribe: "إلغاء الاشتراك" },
  ],
});
