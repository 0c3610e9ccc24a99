/** The addresses of Graph. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { insideRoute } from "@/shell/roots";

export const graphRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/graph",
  validateSearch: (given: Record<string, unknown>): { node?: string; hops?: number } => ({
    ...(typeof given.node === "string" ? { node: given.node } : {}),
    ...(typeof given.hops === "number" ? { hops: given.hops } : {}),
  }),
  component: lazyRouteComponent(() => import("./page")),
});
