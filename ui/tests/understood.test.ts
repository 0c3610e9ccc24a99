/** What an address asks for and no page understands is not what the page is told. */
import { createMemoryHistory, createRootRoute, createRoute, createRouter } from "@tanstack/react-router";
import { expect, test } from "vitest";
import { onlyUnderstood } from "@/shell/understood";

test("a value that is not understood does not come through beside those that are", () => {
  const root = createRootRoute();
  const shelf = createRoute({
    getParentRoute: () => root,
    path: "/shelf",
    validateSearch: onlyUnderstood((given): { year?: number; kind?: string } => ({
      ...(given.year === 1984 ? { year: 1984 } : {}),
      ...(given.kind === "film" ? { kind: "film" } : {}),
    })),
  });
  const router = createRouter({
    routeTree: root.addChildren([shelf]),
    history: createMemoryHistory(),
  });
  const given = { year: 1984, kind: "bogus", more: 1 };
  expect(router.matchRoutes("/shelf", given).at(-1)?.search).toEqual({ year: 1984 });
});
