/** The addresses of Library. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { insideRoute } from "@/shell/roots";
import { onlyUnderstood } from "@/shell/understood";
import { understood } from "./search";

export const libraryRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/library",
  validateSearch: onlyUnderstood(understood),
  component: lazyRouteComponent(() => import("./page")),
});
