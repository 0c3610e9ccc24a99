/** The roots below which every page hangs: outside the door for everybody, inside for who is signed in. */
import { createRootRoute, createRoute, Outlet, redirect } from "@tanstack/react-router";
import { preferencesQuery } from "@/api/preferences";
import { queryClient } from "@/api/queries";
import type { Preferences } from "@/api/schema";
import { sessionQuery } from "@/api/session";
import { Failed } from "@/kit/states";
import { languageFor, rememberedLanguage, rememberLanguage, speak } from "./languages";
import { NotFound } from "./not-found";
import { Shell } from "./shell";
import { rememberedTheme, wearTheme } from "./theme";

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

/** What somebody chose on another device holds on this one, too. */
async function wear(chosen: Preferences | undefined): Promise<void> {
  if (!chosen) return;
  if (chosen.theme !== rememberedTheme()) wearTheme(chosen.theme);
  if (chosen.language === (rememberedLanguage() ?? "")) return;
  rememberLanguage(chosen.language);
  await speak(languageFor(chosen.language));
}

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
    await wear(await preferences);
  },
});
