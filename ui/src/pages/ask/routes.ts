/** The addresses of this page: a question to everything, or within a scope; and the conversations. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { insideRoute } from "@/shell/roots";
import { onlyUnderstood } from "@/shell/understood";

export type Scope = {
  /** Only what is said in this recording. */
  media?: number;
  /** Only what is said in recordings with this tag. */
  tag?: string;
};

/** One component for all of them, so that what plays goes on when a conversation is opened. */
export const askRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/ask",
  validateSearch: onlyUnderstood(
    (given: Record<string, unknown>): Scope => ({
      ...(typeof given.media === "number" && given.media >= 1 ? { media: given.media } : {}),
      ...(typeof given.tag === "string" || typeof given.tag === "number" ? { tag: String(given.tag) } : {}),
    }),
  ),
  component: lazyRouteComponent(() => import("./page")),
});

export const threadRoute = createRoute({
  getParentRoute: () => askRoute,
  path: "/$thread",
});
