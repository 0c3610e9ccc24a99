/** The addresses of this page. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { insideRoute } from "@/shell/roots";
import { onlyUnderstood } from "@/shell/understood";

const STANDINGS = ["working", "failed", "ready"] as const;
const ORIGINS = ["link", "file", "recording", "folder"] as const;

/** What the address says: which recordings are listed, and what is about to be added. */
type Shown = {
  add?: boolean;
  url?: string;
  q?: string;
  standing?: (typeof STANDINGS)[number];
  origin?: (typeof ORIGINS)[number];
  tag?: string;
  parent?: number;
};

function isOneOf<T extends string>(those: readonly T[], given: unknown): given is T {
  return those.some((one) => one === given);
}

export const archiveRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/archive",
  validateSearch: onlyUnderstood(
    (given: Record<string, unknown>): Shown => ({
      ...(given.add ? { add: true } : {}),
      ...(typeof given.url === "string" ? { url: given.url } : {}),
      // The router reads `?q=1984` as a number.
      ...(given.q ? { q: String(given.q) } : {}),
      ...(isOneOf(STANDINGS, given.standing) ? { standing: given.standing } : {}),
      ...(isOneOf(ORIGINS, given.origin) ? { origin: given.origin } : {}),
      ...(given.tag ? { tag: String(given.tag) } : {}),
      ...(Number.isSafeInteger(given.parent) && Number(given.parent) > 0
        ? { parent: Number(given.parent) }
        : {}),
    }),
  ),
  component: lazyRouteComponent(() => import("./page")),
});

export const jobsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/archive/jobs",
  validateSearch: onlyUnderstood((given: Record<string, unknown>): { all?: boolean } =>
    given.all ? { all: true } : {},
  ),
  component: lazyRouteComponent(() => import("./jobs")),
});

export const duplicatesRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/archive/duplicates",
  component: lazyRouteComponent(() => import("./duplicates")),
});

export const trashRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/archive/trash",
  component: lazyRouteComponent(() => import("./trash")),
});
