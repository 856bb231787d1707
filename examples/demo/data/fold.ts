/** Text as people type it: without accents and case, so that "sao" finds "São". */
export function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
