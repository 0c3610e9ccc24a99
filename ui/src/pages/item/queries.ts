/** What this page asks the API; the keys begin with "item", so that a change of a standing asks again. */
import { queryOptions } from "@tanstack/react-query";
import { client, dataOf } from "@/api/client";

export const aboutQuery = (id: number) =>
  queryOptions({
    queryKey: ["item", id, "about"],
    queryFn: async ({ signal }) =>
      dataOf(await client.GET("/api/items/{item_id}/about", { params: { path: { item_id: id } }, signal })),
  });

export const metQuery = (id: number) =>
  queryOptions({
    queryKey: ["item", id, "met"],
    queryFn: async ({ signal }) =>
      dataOf(await client.GET("/api/items/{item_id}/met", { params: { path: { item_id: id } }, signal })),
  });

export const momentsQuery = (id: number) =>
  queryOptions({
    queryKey: ["item", id, "moments"],
    queryFn: async ({ signal }) => {
      const params = { path: { item_id: id }, query: { limit: 30 } };
      return dataOf(await client.GET("/api/items/{item_id}/moments", { params, signal })).moments;
    },
  });

export const matchesQuery = (id: number) =>
  queryOptions({
    queryKey: ["item", id, "matches"],
    queryFn: async ({ signal }) =>
      dataOf(await client.GET("/api/items/{item_id}/matches", { params: { path: { item_id: id } }, signal }))
        .matches,
  });
