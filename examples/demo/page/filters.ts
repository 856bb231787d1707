/**
 * What a visitor looks for. It is in the address of the page, so that the server knows it, too.
 *
 * @module
 */
export const SORTS = ["name", "country", "population", "latitude"] as const;
export type Sort = typeof SORTS[number];

export interface Filters {
  readonly search: string;
  /** A code of two letters, or "" for all. */
  readonly country: string;
  readonly continent: string;
  readonly least: number | null;
  readonly most: number | null;
  readonly sort: Sort;
  readonly direction: "asc" | "desc";
  /** The number of the page, from 1. */
  readonly page: number;
  /** The cursor of the last row of the page before; "" on the first one. */
  readonly after: string;
}

export const NO_FILTERS: Filters = {
  search: "",
  country: "",
  continent: "",
  least: null,
  most: null,
  sort: "population",
  direction: "desc",
  page: 1,
  after: "",
};

/** What is not there, or is nonsense, is as in {@linkcode NO_FILTERS}. */
export function readFilters(params: URLSearchParams): Filters {
  const text = (name: string): string => params.get(name) ?? "";
  const [sort, direction] = text("sort").split(".");
  const after = text("after");
  return {
    search: text("search"),
    country: text("country"),
    continent: text("continent"),
    least: wholeNumber(text("least")),
    most: wholeNumber(text("most")),
    sort: SORTS.find((name) => name === sort) ?? NO_FILTERS.sort,
    direction: direction === "asc" ? "asc" : "desc",
    page: after === "" ? 1 : wholeNumber(text("page")) ?? 1,
    after,
  };
}

/** The query of an address; only what differs from {@linkcode NO_FILTERS}. */
export function writeFilters(filters: Filters): URLSearchParams {
  const { sort, direction, ...others } = filters;
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(others)) {
    if (value !== NO_FILTERS[name as keyof Filters]) params.set(name, `${value}`); // its own keys
  }
  if (sort !== NO_FILTERS.sort || direction !== NO_FILTERS.direction) {
    params.set("sort", `${sort}.${direction}`);
  }
  return params;
}

/** The number in a field; null where there is none. */
export function wholeNumber(text: string): number | null {
  const number = Number(text);
  return text.trim() !== "" && Number.isSafeInteger(number) && number >= 0 ? number : null;
}
