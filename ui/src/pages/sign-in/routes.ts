/** The address of sign-in; `to` is where somebody was going. */
import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { queryClient } from "@/api/queries";
import { sessionQuery } from "@/api/session";
import { isInside } from "@/shell/entering";
import { outsideRoute } from "@/shell/roots";
import { onlyUnderstood } from "@/shell/understood";

export const signInRoute = createRoute({
  getParentRoute: () => outsideRoute,
  path: "/sign-in",
  validateSearch: onlyUnderstood((given: Record<string, unknown>): { to?: string } =>
    isInside(given.to) ? { to: given.to } : {},
  ),
  beforeLoad: async () => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    if (session.user) throw redirect({ to: "/" });
    if (session.is_first && !session.is_demo) throw redirect({ to: "/welcome" });
  },
  component: lazyRouteComponent(() => import("./page")),
});
