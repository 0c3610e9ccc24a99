/** The addresses of this page. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { insideRoute } from "@/shell/roots";

export const playerRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/archive/$id",
  validateSearch: (given: Record<string, unknown>): { t?: number } =>
    typeof given.t === "number" && given.t >= 0 ? { t: given.t } : {},
  component: lazyRouteComponent(() => import("./page")),
});
