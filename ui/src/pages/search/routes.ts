/** The addresses of Search. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { insideRoute } from "@/shell/roots";

export const searchRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/search",
  validateSearch: (given: Record<string, unknown>): { q?: string } =>
    typeof given.q === "string" && given.q ? { q: given.q } : {},
  component: lazyRouteComponent(() => import("./page")),
});
