/** The address of Search: what is looked for, and every filter. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { insideRoute } from "@/shell/roots";
import { onlyUnderstood } from "@/shell/understood";
import { understood } from "./wanted";

export const searchRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/search",
  validateSearch: onlyUnderstood(understood),
  component: lazyRouteComponent(() => import("./page")),
});
