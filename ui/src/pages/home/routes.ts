/** The addresses of Home. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { queryClient } from "@/api/queries";
import { insideRoute } from "@/shell/roots";
import { homeQuery } from "./queries";

export const homeRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/",
  // Asked for while the code of the page is fetched.
  loader: () => void queryClient.prefetchQuery(homeQuery),
  component: lazyRouteComponent(() => import("./page")),
});
