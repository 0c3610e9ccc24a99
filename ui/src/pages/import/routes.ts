/** The addresses of Import. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { insideRoute } from "@/shell/roots";

export const importsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/import",
  component: lazyRouteComponent(() => import("./page")),
});
