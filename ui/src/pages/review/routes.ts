/** The addresses of Review. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { insideRoute } from "@/shell/roots";

export const reviewRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/review",
  component: lazyRouteComponent(() => import("./page")),
});
