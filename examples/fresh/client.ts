// Fresh loads it in the browser; there is nothing to do for a page without styles.
export {};
