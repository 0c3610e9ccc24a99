/** The addresses of this page. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { outsideRoute } from "@/shell/roots";

export const welcomeRoute = createRoute({
  getParentRoute: () => outsideRoute,
  path: "/welcome",
  component: lazyRouteComponent(() => import("./page")),
});
