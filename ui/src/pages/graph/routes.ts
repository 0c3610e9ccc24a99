/** The address of the graph: what is looked at, how far, and what is left out. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { insideRoute } from "@/shell/roots";
import { onlyUnderstood } from "@/shell/understood";

export type Mode = "around" | "path" | "common" | "groups";

export type GraphSearch = {
  mode?: Mode;
  /** What is looked at, as "item:12"; left out: you. */
  node?: string;
  /** The other end of a way, or of what is common. */
  to?: string;
  hops?: number;
  /** How many things at most. */
  most?: number;
  /** Kinds of things that are not shown. */
  without?: string[];
};

const MODES: readonly string[] = ["around", "path", "common", "groups"];
const LABEL = /^[a-z]+:\d+$/;

export const graphRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/graph",
  validateSearch: onlyUnderstood((given: Record<string, unknown>): GraphSearch => {
    const label = (value: unknown) => (typeof value === "string" && LABEL.test(value) ? value : undefined);
    const whole = (value: unknown, least: number, most: number) =>
      typeof value === "number" && Number.isInteger(value) && value >= least && value <= most
        ? value
        : undefined;
    const node = label(given.node);
    const to = label(given.to);
    const hops = whole(given.hops, 1, 3);
    const most = whole(given.most, 1, 2000);
    return {
      ...(typeof given.mode === "string" && MODES.includes(given.mode) ? { mode: given.mode as Mode } : {}),
      ...(node ? { node } : {}),
      ...(to ? { to } : {}),
      ...(hops ? { hops } : {}),
      ...(most ? { most } : {}),
      ...(Array.isArray(given.without)
        ? { without: given.without.filter((kind): kind is string => typeof kind === "string") }
        : {}),
    };
  }),
  component: lazyRouteComponent(() => import("./page")),
});
