/** The addresses of this page. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { insideRoute } from "@/shell/roots";

export const archiveRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/archive",
  validateSearch: (given: Record<string, unknown>): { add?: boolean; url?: string } => ({
    ...(given.add ? { add: true } : {}),
    ...(typeof given.url === "string" ? { url: given.url } : {}),
  }),
  component: lazyRouteComponent(() => import("./page")),
});

export const jobsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/archive/jobs",
  component: lazyRouteComponent(() => import("./jobs")),
});

export const duplicatesRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/archive/duplicates",
  component: lazyRouteComponent(() => import("./duplicates")),
});

export const trashRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/archive/trash",
  component: lazyRouteComponent(() => import("./trash")),
});
