/** The addresses of Settings: each section has its own. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { insideRoute } from "@/shell/roots";

export const settingsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/settings",
  component: lazyRouteComponent(() => import("./page")),
});

export const sectionRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/settings/$section",
  component: lazyRouteComponent(() => import("./page")),
});
