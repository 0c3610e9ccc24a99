/** What Home is asked for. */
import { queryOptions } from "@tanstack/react-query";
import { client, dataOf } from "@/api/client";

export const homeQuery = queryOptions({
  queryKey: ["home"],
  queryFn: async ({ signal }) => dataOf(await client.GET("/api/home", { signal })),
  staleTime: 10 * 60_000,
});
