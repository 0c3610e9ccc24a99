/** The address of the welcome: for the first visitor, and for who has just made an account. */
import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { queryClient } from "@/api/queries";
import { sessionQuery } from "@/api/session";
import { outsideRoute } from "@/shell/roots";

export const welcomeRoute = createRoute({
  getParentRoute: () => outsideRoute,
  path: "/welcome",
  beforeLoad: async () => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    if (!session.user && (!session.is_first || session.is_demo)) throw redirect({ to: "/sign-in" });
  },
  component: lazyRouteComponent(() => import("./page")),
});
