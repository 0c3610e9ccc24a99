/** The address that other apps share to: a link among what they say is put where recordings are added. */
import { createRoute, redirect } from "@tanstack/react-router";
import { insideRoute } from "./roots";
import { linkIn } from "./shared-link";

export const shareRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/add",
  beforeLoad: ({ search }) => {
    const url = linkIn(search);
    throw redirect({ to: "/archive", search: { add: true, ...(url ? { url } : {}) }, replace: true });
  },
});
