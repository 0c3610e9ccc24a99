/** What the archive's pages ask the API for. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { client, dataOf } from "@/api/client";
import type { State } from "@/api/schema";
import { WORKING } from "./states";

export type Standing = "working" | "failed" | "ready";
export type Origin = "link" | "file" | "recording" | "folder";

/** Which recordings are listed; the address says it. */
export type Filter = {
  q?: string;
  standing?: Standing;
  tag?: string;
  origin?: Origin;
  parent?: number;
};

const STATES: Record<Standing, readonly State[]> = {
  working: WORKING,
  failed: ["failed", "cancelled"],
  ready: ["completed"],
};

export const recordingsQuery = (filter: Filter) =>
  infiniteQueryOptions({
    queryKey: ["archive", "list", filter],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const query = {
        limit: 50,
        ...(filter.q ? { q: filter.q } : {}),
        ...(filter.standing ? { state: [...STATES[filter.standing]] } : {}),
        ...(filter.tag ? { tag: filter.tag } : {}),
        ...(filter.origin ? { origin: filter.origin } : {}),
        ...(filter.parent ? { parent: filter.parent } : {}),
        ...(pageParam ? { cursor: pageParam } : {}),
      };
      return dataOf(await client.GET("/api/media", { params: { query }, signal }));
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const trashQuery = infiniteQueryOptions({
  queryKey: ["archive", "trash"],
  initialPageParam: undefined as string | undefined,
  queryFn: async ({ pageParam, signal }) => {
    const query = { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) };
    return dataOf(await client.GET("/api/media/trash", { params: { query }, signal }));
  },
  getNextPageParam: (page) => page.next ?? undefined,
});

export const usageQuery = queryOptions({
  queryKey: ["archive", "usage"],
  queryFn: async ({ signal }) => dataOf(await client.GET("/api/media/usage", { signal })),
});

export const tagsQuery = queryOptions({
  queryKey: ["archive", "tags"],
  queryFn: async ({ signal }) => dataOf(await client.GET("/api/media/tags", { signal })).items,
});

export const uploadsQuery = queryOptions({
  queryKey: ["archive", "uploads"],
  queryFn: async ({ signal }) => dataOf(await client.GET("/api/uploads", { signal })).items,
});

export const pairsQuery = queryOptions({
  queryKey: ["archive", "pairs"],
  queryFn: async ({ signal }) =>
    dataOf(await client.GET("/api/media/duplicates", { params: { query: { limit: 50 } }, signal })),
});

export const lanesQuery = queryOptions({
  queryKey: ["archive", "lanes"],
  queryFn: async ({ signal }) => dataOf(await client.GET("/api/lanes", { signal })),
});

export const jobsQuery = (isAll: boolean) =>
  infiniteQueryOptions({
    queryKey: ["archive", "jobs", isAll],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const query = {
        limit: 50,
        ...(isAll ? { all: true } : {}),
        ...(pageParam ? { cursor: pageParam } : {}),
      };
      return dataOf(await client.GET("/api/jobs", { params: { query }, signal }));
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });
