/** What the address of the library says: filters, order and shape, so that every view of it can be linked to. */
import type { CardView, LibraryFacets } from "@/api/schema";

export const SORTS = ["relevance", "met", "added", "title", "year", "rating", "duration"] as const;
export const STATES = [
  "seen",
  "unseen",
  "started",
  "saved",
  "rated",
  "unrated",
  "liked",
  "disliked",
  "hidden",
] as const;
const KINDS = ["film", "show", "episode", "video", "book", "audio"] as const;

export type Sort = (typeof SORTS)[number];
export type State = (typeof STATES)[number];
export type Shape = "grid" | "list" | "timeline";
export type FacetName = keyof LibraryFacets;
/** The facets of which several values may be chosen. */
export type ListFacet = Exclude<FacetName, "rating">;

export type LibrarySearch = {
  q?: string;
  kind?: CardView["kind"][];
  genre?: string[];
  decade?: string[];
  person?: string[];
  language?: string[];
  state?: State[];
  source?: string[];
  from?: number;
  to?: number;
  scope?: "all";
  sort?: Sort;
  dir?: "rising" | "falling";
  view?: "list" | "timeline";
};

export const LIST_FACETS = ["kind", "state", "genre", "decade", "person", "language", "source"] as const;

/** What is understood of a search; what is not is left out. */
export function understood(given: Record<string, unknown>): LibrarySearch {
  const search: LibrarySearch = {};
  if (typeof given.q === "string" && given.q.trim()) search.q = given.q.slice(0, 200);
  else if (typeof given.q === "number") search.q = String(given.q);
  const kind = among(given.kind, KINDS);
  if (kind) search.kind = kind;
  const state = among(given.state, STATES);
  if (state) search.state = state;
  for (const name of ["genre", "decade", "person", "language", "source"] as const) {
    const values = texts(given[name]);
    if (values) search[name] = values;
  }
  for (const name of ["from", "to"] as const) {
    const value = Number(given[name]);
    if (given[name] !== undefined && value >= 0.5 && value <= 5 && Number.isInteger(value * 2))
      search[name] = value;
  }
  if (given.scope === "all") search.scope = "all";
  const sort = SORTS.find((one) => one === given.sort);
  if (sort) search.sort = sort;
  if (given.dir === "rising" || given.dir === "falling") search.dir = given.dir;
  if (given.view === "list" || given.view === "timeline") search.view = given.view;
  return search;
}

function texts(given: unknown): string[] | undefined {
  const values = (Array.isArray(given) ? given : [given]).filter(
    (value) => typeof value === "string" || typeof value === "number",
  );
  return values.length ? values.slice(0, 30).map((value) => String(value).slice(0, 300)) : undefined;
}

function among<T extends string>(given: unknown, values: readonly T[]): T[] | undefined {
  const chosen = texts(given)?.flatMap((text) => values.find((value) => value === text) ?? []);
  return chosen?.length ? [...new Set(chosen)] : undefined;
}

/** The filter as the API takes it, without order and place. */
export function filterOf(search: LibrarySearch) {
  const { q, kind, genre, decade, person, language, state, source, from, to } = search;
  return {
    ...(q ? { q } : {}),
    ...(kind ? { kind } : {}),
    ...(genre ? { genre } : {}),
    ...(decade ? { decade: decade.map(Number).filter((year) => year % 10 === 0) } : {}),
    ...(person ? { person } : {}),
    ...(language ? { language } : {}),
    ...(state ? { state } : {}),
    ...(source ? { source } : {}),
    ...(from !== undefined ? { rating_from: from } : {}),
    ...(to !== undefined ? { rating_to: to } : {}),
  };
}

/** The order that an address asks for: of the timeline there is but one. */
export function orderOf(search: LibrarySearch): Sort {
  if (search.view === "timeline") return "met";
  if (search.sort === "relevance" && !search.q) return "met";
  return search.sort ?? (search.q ? "relevance" : "met");
}

/** In these orders the largest comes first, unless somebody asks otherwise. */
const FALLING: ReadonlySet<Sort> = new Set(["relevance", "met", "added", "year", "rating"]);

export function directionOf(search: LibrarySearch): "rising" | "falling" {
  if (search.view === "timeline") return "falling";
  return search.dir ?? (FALLING.has(orderOf(search)) ? "falling" : "rising");
}

/** How many filters are set, the words of the search aside. */
export function filterCount(search: LibrarySearch): number {
  const lists = LIST_FACETS.reduce((sum, name) => sum + (search[name]?.length ?? 0), 0);
  return lists + (search.from !== undefined || search.to !== undefined ? 1 : 0);
}

/** The search without any filter, in the same order and shape. */
export function unfiltered(search: LibrarySearch): LibrarySearch {
  const { scope, sort, dir, view } = search;
  return {
    ...(scope ? { scope } : {}),
    ...(sort && sort !== "relevance" ? { sort } : {}),
    ...(dir ? { dir } : {}),
    ...(view ? { view } : {}),
  };
}

/** A search with a value of a facet chosen, or chosen no longer. */
export function toggled(search: LibrarySearch, facet: ListFacet, value: string): LibrarySearch {
  const now: readonly string[] = search[facet] ?? [];
  const next = now.includes(value) ? now.filter((one) => one !== value) : [...now, value];
  return understood({ ...search, [facet]: next });
}

/** A search as text, as a saved view keeps it. */
export function written(search: LibrarySearch): string {
  return JSON.stringify(search);
}

/** The search of a saved view; of one that cannot be read, none. */
export function read(text: string): LibrarySearch {
  try {
    const given: unknown = JSON.parse(text);
    return typeof given === "object" && given !== null ? understood(given as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
