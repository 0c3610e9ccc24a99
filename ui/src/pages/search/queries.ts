/** What the search says: asked while somebody types, with what was found before kept in sight. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { client, dataOf } from "@/api/client";
import { type Wanted, without } from "./wanted";

/** After so long without a key, in milliseconds, a word is as typed as it will be. */
const PAUSE = 140;
const MOST_HITS = 40;

/** A value once it has rested. */
export function useRested<T>(value: T): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const soon = window.setTimeout(() => setRested(value), PAUSE);
    return () => window.clearTimeout(soon);
  }, [value]);
  return rested;
}

export function useSearchFor(wanted: Wanted) {
  const isAsked = /\S/.test(wanted.q ?? "");
  return useQuery({
    queryKey: ["search", wanted],
    queryFn: async ({ signal }) => {
      const { q = "", ...rest } = wanted;
      const query = { ...rest, q: q.trim(), limit: MOST_HITS };
      return dataOf(await client.GET("/api/search", { params: { query }, signal }));
    },
    enabled: isAsked,
    placeholderData: isAsked ? keepPreviousData : undefined,
    staleTime: 60_000,
  });
}

export type Found = NonNullable<ReturnType<typeof useSearchFor>["data"]>;

/** What the filters offer: what there is among the hits of the query without any of them. */
export function useOffers(wanted: Wanted) {
  const open = useSearchFor(
    without(
      wanted,
      "in",
      "kind",
      "genre",
      "language",
      "year_from",
      "year_to",
      "seen",
      "speaker",
      "tag",
      "since",
      "until",
    ),
  );
  const tags = useQuery({
    queryKey: ["media", "tags"],
    queryFn: async ({ signal }) => dataOf(await client.GET("/api/media/tags", { signal })).items,
    staleTime: 5 * 60_000,
  });
  const found = open.data;
  return {
    kinds: counted(found?.items.map(({ item }) => item.kind) ?? []),
    genres: counted(found?.items.flatMap(({ item }) => item.genres ?? []) ?? []),
    languages: counted(found?.items.flatMap(({ item }) => item.language ?? []) ?? []),
    speakers: counted(
      found?.recordings.flatMap((one) => [
        ...new Set(one.passages.flatMap((passage) => passage.speaker_name ?? [])),
      ]) ?? [],
    ),
    tags: (tags.data ?? []).map((tag): Offer => ({ value: tag.name, count: tag.count })),
  };
}

export type Offer<T extends string = string> = { value: T; count: number };

/** Each once, the most frequent first. */
function counted<T extends string>(values: readonly T[]): Offer<T>[] {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .toSorted((one, other) => other.count - one.count);
}
