/** Opens the page once as a browser would; what is wrong with it, in words. */
export async function checkPage(url: string): Promise<string | undefined> {
  const page = await fetch(url);
  const html = await page.text();
  if (!page.ok) return `status ${page.status}`;
  if (!html.includes("<tbody") || !/Name of [^"]+, edit/.test(html)) return "it has no rows";
  const script = await fetch(new URL("/client.js", url));
  const text = await script.text();
  return script.ok && text !== "" ? undefined : "its script is missing";
}
