/** The addresses of this page. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { insideRoute } from "@/shell/roots";
import { onlyUnderstood } from "@/shell/understood";

type PlayerSearch = {
  /** The second to begin at. */
  t?: number;
  /** What to find in the transcript. */
  find?: string;
};

export const playerRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/archive/$id",
  validateSearch: onlyUnderstood(
    (given: Record<string, unknown>): PlayerSearch => ({
      ...(typeof given.t === "number" && given.t >= 0 ? { t: given.t } : {}),
      ...(typeof given.find === "string" || typeof given.find === "number"
        ? { find: String(given.find) }
        : {}),
    }),
  ),
  component: lazyRouteComponent(() => import("./page")),
});
