/** The addresses of Statistics: `?year=2025`, `?year=all`; without one the year that it is. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { insideRoute } from "@/shell/roots";
import { onlyUnderstood } from "@/shell/understood";

export type StatisticsSearch = { year?: number | "all" };

export const statisticsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/statistics",
  validateSearch: onlyUnderstood((given: Record<string, unknown>): StatisticsSearch => {
    if (given.year === "all") return { year: "all" };
    const year = Number(given.year);
    return Number.isInteger(year) && year >= 1900 && year <= 2099 ? { year } : {};
  }),
  component: lazyRouteComponent(() => import("./page")),
});
