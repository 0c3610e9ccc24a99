/** The addresses of this page. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { insideRoute } from "@/shell/roots";

export const askRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/ask",
  component: lazyRouteComponent(() => import("./page")),
});

export const threadRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/ask/$thread",
  component: lazyRouteComponent(() => import("./page")),
});
