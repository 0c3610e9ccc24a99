/** What the library's page asks of the API: the whole in numbers at once, its rows in windows as they come into sight. */
import { keepPreviousData, queryOptions, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { client, dataOf } from "@/api/client";
import type { CardView, LibraryView } from "@/api/schema";
import { directionOf, filterOf, type LibrarySearch, orderOf } from "./search";

/** Rows of a window: some screens of a grid, and an answer of some milliseconds. */
export const WINDOW = 60;
/** How long a place must be in sight before it is asked for: who drags the bar passes thousands. */
const RESTS_MS = 70;

function asked(search: LibrarySearch) {
  return {
    ...filterOf(search),
    ...(search.scope ? { scope: search.scope } : {}),
    sort: orderOf(search),
    direction: directionOf(search),
  };
}

/** One number for the same list: what the address says of shape alone changes no answer but the months. */
function keyOf(search: LibrarySearch): string {
  return JSON.stringify(asked(search));
}

function headQuery(search: LibrarySearch, personLike: string) {
  return queryOptions({
    queryKey: ["library", keyOf(search), "head", search.view === "timeline", personLike],
    queryFn: async ({ signal }): Promise<LibraryView> => {
      const query = {
        ...asked(search),
        limit: WINDOW,
        facets: true,
        ...(personLike ? { person_like: personLike } : {}),
        ...(search.view === "timeline" ? { months: true } : {}),
      };
      return dataOf(await client.GET("/api/library", { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

function windowQuery(search: LibrarySearch, place: number) {
  return queryOptions({
    queryKey: ["library", keyOf(search), "window", place],
    queryFn: async ({ signal }): Promise<LibraryView> => {
      const query = { ...asked(search), limit: WINDOW, offset: place * WINDOW };
      return dataOf(await client.GET("/api/library", { params: { query }, signal }));
    },
    gcTime: 120_000,
  });
}

/** The beginning of what a search leaves, how many there are, and what there is to choose. */
export function useHead(search: LibrarySearch, personLike: string) {
  return useQuery(headQuery(search, personLike));
}

/** Asks for what another search leaves before the address has changed to it: the two take as long as one. */
export function useAskAhead(): (search: LibrarySearch) => void {
  const queries = useQueryClient();
  return (search) => void queries.prefetchQuery(headQuery(search, ""));
}

/** The rows from one place to another, where they are there yet. */
export function useRows(search: LibrarySearch, head: LibraryView | undefined, from: number, to: number) {
  const places = useRested(Math.floor(from / WINDOW), Math.floor(Math.max(from, to) / WINDOW));
  const total = head?.total ?? 0;
  const wanted = places.filter((place) => place > 0 && place * WINDOW < total);
  const answers = useQueries({
    queries: wanted.map((place) => windowQuery(search, place)),
    combine: (results) => results.map((result) => result.data),
  });
  return useMemo(() => {
    const rows = new Map<number, CardView>();
    const add = (view: LibraryView | undefined) =>
      view?.items.forEach((card, at) => {
        rows.set(view.offset + at, card);
      });
    add(head);
    for (const answer of answers) add(answer);
    return rows;
  }, [head, answers]);
}

/** The windows in sight, once they have been so for a moment; of what is in sight at first, at once. */
function useRested(first: number, last: number): number[] {
  const [rested, setRested] = useState<readonly [number, number]>([first, last]);
  useEffect(() => {
    const timer = setTimeout(() => setRested([first, last]), RESTS_MS);
    return () => clearTimeout(timer);
  }, [first, last]);
  const [from, to] = rested;
  return useMemo(() => Array.from({ length: to - from + 1 }, (_, at) => from + at), [from, to]);
}

/** The cards from one place to another, whether or not they were in sight: what a range of choices needs. */
export async function cardsBetween(search: LibrarySearch, from: number, to: number): Promise<CardView[]> {
  const query = { ...asked(search), limit: Math.min(200, to - from + 1), offset: from };
  const { items } = dataOf(await client.GET("/api/library", { params: { query } }));
  const rest = from + items.length;
  return items.length === 0 || rest > to ? items : [...items, ...(await cardsBetween(search, rest, to))];
}
