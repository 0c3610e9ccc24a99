/** The addresses of Import; `id` is the import whose report is open. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { insideRoute } from "@/shell/roots";
import { onlyUnderstood } from "@/shell/understood";

export const importsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/import",
  validateSearch: onlyUnderstood((given: Record<string, unknown>): { id?: number } =>
    typeof given.id === "number" && given.id > 0 ? { id: given.id } : {},
  ),
  component: lazyRouteComponent(() => import("./page")),
});
