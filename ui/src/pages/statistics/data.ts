/** A year's statistics from the API, on the clock of this device. */
import { queryOptions } from "@tanstack/react-query";
import { ApiProblem, client, dataOf } from "@/api/client";
import type { Statistics } from "@/api/schema";

export type Year = number | "all";

export function statisticsQuery(year: Year) {
  return queryOptions({
    queryKey: ["statistics", year],
    queryFn: async ({ signal }): Promise<Statistics> => {
      const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
      try {
        return await ask(year, here, signal);
      } catch (error) {
        // A browser may know a zone by a newer name than the server does.
        if (error instanceof ApiProblem && error.status === 422 && here !== "UTC")
          return ask(year, "UTC", signal);
        throw error;
      }
    },
    staleTime: 60_000,
  });
}

async function ask(year: Year, tz: string, signal: AbortSignal): Promise<Statistics> {
  const query = { year: String(year), tz };
  return dataOf(await client.GET("/api/statistics", { params: { query }, signal }));
}

/** How much a year was, in one number: hours where lengths are known, else views. */
export function isTimed(statistics: Statistics): boolean {
  return statistics.total.minutes >= 60;
}
