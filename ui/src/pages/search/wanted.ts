/** What is looked for, as the address says it and as the API is asked. */
import type { Kind } from "@/kit/kinds";

export type Where = "items" | "passages";

export type Wanted = {
  q?: string;
  in?: Where;
  kind?: Kind[];
  genre?: string[];
  language?: string;
  year_from?: number;
  year_to?: number;
  seen?: boolean;
  speaker?: string[];
  tag?: string[];
  since?: string;
  until?: string;
};

const KINDS: ReadonlySet<string> = new Set(["film", "show", "episode", "video", "book", "audio"]);
const LONGEST = 500;
const MOST = 20;

export function understood(given: Record<string, unknown>): Wanted {
  const wanted: Wanted = {};
  // A number typed into the address is read as one: "1984" is a title, too.
  const q = typeof given.q === "number" ? String(given.q) : given.q;
  if (typeof q === "string" && q) wanted.q = q.slice(0, LONGEST);
  if (given.in === "items" || given.in === "passages") wanted.in = given.in;
  const kinds = texts(given.kind).filter((kind): kind is Kind => KINDS.has(kind));
  if (kinds.length > 0) wanted.kind = kinds;
  for (const name of ["genre", "speaker", "tag"] as const) {
    const said = texts(given[name]);
    if (said.length > 0) wanted[name] = said;
  }
  if (typeof given.language === "string" && /^[a-z]{2,3}$/.test(given.language))
    wanted.language = given.language;
  for (const name of ["year_from", "year_to"] as const) {
    const year = given[name];
    if (typeof year === "number" && year >= 1 && year <= 2200) wanted[name] = Math.trunc(year);
  }
  if (typeof given.seen === "boolean") wanted.seen = given.seen;
  for (const name of ["since", "until"] as const) {
    const day = given[name];
    if (typeof day === "string" && /^\d{4}-\d{2}-\d{2}$/.test(day)) wanted[name] = day;
  }
  return wanted;
}

function texts(given: unknown): string[] {
  const all = Array.isArray(given) ? given : given === undefined ? [] : [given];
  return all
    .filter((one) => typeof one === "string" || typeof one === "number")
    .map(String)
    .filter((one) => one !== "" && one.length <= 200)
    .slice(0, MOST);
}

/** The filters without what is looked for and where. */
export function filtersOf({ q: _q, in: _in, ...filters }: Wanted): Omit<Wanted, "q" | "in"> {
  return filters;
}

export function hasFilters(wanted: Wanted): boolean {
  return Object.keys(filtersOf(wanted)).length > 0;
}

/** The same without some of it: exact optional properties know no undefined. */
export function without(wanted: Wanted, ...names: readonly (keyof Wanted)[]): Wanted {
  return Object.fromEntries(
    Object.entries(wanted).filter(([name]) => !(names as readonly string[]).includes(name)),
  ) as Wanted;
}
