/** What the graph is asked. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, dataOf } from "@/api/client";
import type { NodeKind } from "./looks";

/** "item:12" taken apart, as addresses have it. */
export function partsOf(node: string): { kind: NodeKind; id: number } {
  const [kind, id] = node.split(":");
  return { kind: kind as NodeKind, id: Number(id) };
}

export const subgraphQuery = (start: string | undefined, hops: number, most: number) =>
  queryOptions({
    queryKey: ["graph", "subgraph", start, hops, most],
    queryFn: async ({ signal }) => {
      const query = { hops, most, ...(start ? { start } : {}) };
      return dataOf(await client.GET("/api/graph/subgraph", { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });

export const thingQuery = (node: string) =>
  queryOptions({
    queryKey: ["graph", "thing", node],
    queryFn: async ({ signal }) =>
      dataOf(
        await client.GET("/api/graph/{kind}/{id}", {
          params: { path: partsOf(node), query: { limit: 100 } },
          signal,
        }),
      ),
    staleTime: 60_000,
  });

/** One title to begin with: what the person likes most and met last. */
export const beginningQuery = (me: number) =>
  queryOptions({
    queryKey: ["graph", "beginning", me],
    queryFn: async ({ signal }) => {
      const ask = (types?: "LIKES"[]) =>
        client.GET("/api/graph/{kind}/{id}", {
          params: {
            path: { kind: "user", id: me },
            query: { limit: 1, order: "recent", ...(types ? { types } : {}) },
          },
          signal,
        });
      const liked = dataOf(await ask(["LIKES"])).neighbours[0] ?? dataOf(await ask()).neighbours[0];
      return liked?.thing ?? null;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

export const pathsQuery = (from: string, to: string) =>
  queryOptions({
    queryKey: ["graph", "path", from, to],
    queryFn: async ({ signal }) => {
      const ask = (max_length: number) =>
        client.GET("/api/graph/path", { params: { query: { from, to, max_length, limit: 6 } }, signal });
      const near = dataOf(await ask(4));
      // Longer ways take longer to find, and are worth it only where there is none that is shorter.
      return near.paths.length > 0 ? near : dataOf(await ask(6));
    },
    staleTime: 60_000,
  });

export const commonQuery = (a: string, b: string) =>
  queryOptions({
    queryKey: ["graph", "common", a, b],
    queryFn: async ({ signal }) =>
      dataOf(await client.GET("/api/graph/common", { params: { query: { a, b, limit: 60 } }, signal })),
    staleTime: 60_000,
  });

export const groupsQuery = (resolution: number) =>
  queryOptions({
    queryKey: ["graph", "groups", resolution],
    queryFn: async ({ signal }) =>
      dataOf(
        await client.GET("/api/graph/communities", { params: { query: { resolution, top: 12 } }, signal }),
      ),
    placeholderData: keepPreviousData,
    staleTime: 5 * 60_000,
  });

export const centralQuery = queryOptions({
  queryKey: ["graph", "central"],
  queryFn: async ({ signal }) =>
    dataOf(await client.GET("/api/graph/central", { params: { query: { limit: 6 } }, signal })),
  staleTime: 5 * 60_000,
});
