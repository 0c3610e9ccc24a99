/** The addresses of this page. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { insideRoute } from "@/shell/roots";

export const itemRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/items/$id",
  component: lazyRouteComponent(() => import("./page")),
});
