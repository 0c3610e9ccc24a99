/** The addresses of Statistics. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { insideRoute } from "@/shell/roots";

export const statisticsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/statistics",
  component: lazyRouteComponent(() => import("./page")),
});
