/** Who else of the household shares their taste, and so can be compared with. */
import { queryOptions } from "@tanstack/react-query";
import { client, dataOf } from "@/api/client";

/** The nodes of the others; none where the person shares nothing themselves. */
export const householdQuery = queryOptions({
  queryKey: ["graph", "household"],
  queryFn: async ({ signal }): Promise<{ node: string; name: string }[]> => {
    const { items } = dataOf(await client.GET("/api/household", { signal }));
    const others = items.filter((member) => !member.is_you).slice(0, 12);
    const found = await Promise.all(
      others.map(async ({ name }) => {
        const query = { name, kind: ["user" as const] };
        const { things } = dataOf(await client.GET("/api/graph/find", { params: { query }, signal }));
        return things[0] ? [{ node: things[0].node, name }] : [];
      }),
    );
    return found.flat();
  },
  staleTime: 5 * 60_000,
});
