/** The address that other apps share to: a link among what they say is put where recordings are added. */
import { createRoute, redirect } from "@tanstack/react-router";
import { insideRoute } from "./roots";

/** The first link among what an app says; some say it as the text, some as the title. */
export function linkIn(shared: Readonly<Record<string, unknown>>): string | undefined {
  for (const part of [shared.url, shared.text, shared.title]) {
    const link = typeof part === "string" ? part.match(/https?:\/\/\S+/i)?.[0] : undefined;
    if (link) return link.replace(/[)\]}>"'.,;!?]+$/, "");
  }
  return undefined;
}

export const shareRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/add",
  beforeLoad: ({ search }) => {
    const url = linkIn(search);
    throw redirect({ to: "/archive", search: { add: true, ...(url ? { url } : {}) }, replace: true });
  },
});
