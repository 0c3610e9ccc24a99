/** The roots below which every page hangs: outside the door for everybody, inside for who is signed in. */
import { createRootRoute, createRoute, Outlet, redirect } from "@tanstack/react-router";
import { preferencesQuery } from "@/api/preferences";
import { queryClient } from "@/api/queries";
import { sessionQuery } from "@/api/session";
import { Failed } from "@/kit/states";
import { languageFor, rememberedLanguage, rememberLanguage, speak } from "./languages";
import { NotFound } from "./not-found";
import { Shell } from "./shell";

export const rootRoute = createRootRoute({
  component: Outlet,
  notFoundComponent: NotFound,
  beforeLoad: () => speak(languageFor(rememberedLanguage())),
});

/** Sign-in and welcome. */
export const outsideRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "outside",
  component: Outlet,
  loader: () => queryClient.ensureQueryData(sessionQuery),
});

export const insideRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "inside",
  component: Shell,
  errorComponent: ({ error, reset }) => <Failed error={error} onRetry={reset} className="my-16" />,
  beforeLoad: async ({ location }) => {
    // Asked for together: the second is refused to who is not signed in, and then nobody needs it.
    const preferences = queryClient.ensureQueryData(preferencesQuery).catch(() => undefined);
    const session = await queryClient.ensureQueryData(sessionQuery);
    if (session.is_first) throw redirect({ to: "/welcome" });
    if (!session.user)
      throw redirect({ to: "/sign-in", search: location.href === "/" ? {} : { to: location.href } });
    const chosen = (await preferences)?.language;
    if (chosen !== undefined && chosen !== (rememberedLanguage() ?? "")) {
      rememberLanguage(chosen);
      await speak(languageFor(chosen));
    }
  },
});
