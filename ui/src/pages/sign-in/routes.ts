/** The addresses of this page. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { outsideRoute } from "@/shell/roots";

export const signInRoute = createRoute({
  getParentRoute: () => outsideRoute,
  path: "/sign-in",
  validateSearch: (given: Record<string, unknown>): { to?: string } =>
    typeof given.to === "string" && given.to.startsWith("/") && !given.to.startsWith("//")
      ? { to: given.to }
      : {},
  component: lazyRouteComponent(() => import("./page")),
});
