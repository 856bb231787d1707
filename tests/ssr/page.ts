/** Runs `fn` where the page has these tags, as a browser would have parsed them. */
export async function inPage<T>(tags: readonly string[], fn: () => Promise<T>): Promise<T> {
  const elements = tags.map((tag) => {
    const [, textContent] = /^<script type="application\/json" data-strata[^<>]*>([^]*)<\/script>$/
      .exec(tag) ?? [];
    if (textContent === undefined) throw new Error(`Not a tag of ours: ${tag}`);
    return { textContent };
  });
  const document = { querySelectorAll: () => elements };
  Object.defineProperty(globalThis, "document", { value: document, configurable: true });
  try {
    return await fn();
  } finally {
    Reflect.deleteProperty(globalThis, "document");
  }
}
