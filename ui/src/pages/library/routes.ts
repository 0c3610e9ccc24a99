/** The addresses of Library. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { insideRoute } from "@/shell/roots";

export const libraryRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/library",
  component: lazyRouteComponent(() => import("./page")),
});
