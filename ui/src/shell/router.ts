/** Every address of the page. */
import { createRouter } from "@tanstack/react-router";
import { createElement } from "react";
import { Failed } from "@/kit/states";
import { archiveRoute, duplicatesRoute, jobsRoute, trashRoute } from "@/pages/archive/routes";
import { askRoute, threadRoute } from "@/pages/ask/routes";
import { graphRoute } from "@/pages/graph/routes";
import { homeRoute } from "@/pages/home/routes";
import { importsRoute } from "@/pages/import/routes";
import { itemRoute } from "@/pages/item/routes";
import { libraryRoute } from "@/pages/library/routes";
import { playerRoute } from "@/pages/player/routes";
import { reviewRoute } from "@/pages/review/routes";
import { searchRoute } from "@/pages/search/routes";
import { sectionRoute, settingsRoute } from "@/pages/settings/routes";
import { signInRoute } from "@/pages/sign-in/routes";
import { statisticsRoute } from "@/pages/statistics/routes";
import { welcomeRoute } from "@/pages/welcome/routes";
import { insideRoute, outsideRoute, rootRoute } from "./roots";
import { shareRoute } from "./share";

const routeTree = rootRoute.addChildren([
  outsideRoute.addChildren([signInRoute, welcomeRoute]),
  insideRoute.addChildren([
    homeRoute,
    libraryRoute,
    itemRoute,
    importsRoute,
    reviewRoute,
    archiveRoute,
    jobsRoute,
    duplicatesRoute,
    trashRoute,
    playerRoute,
    graphRoute,
    searchRoute,
    askRoute.addChildren([threadRoute]),
    shareRoute,
    statisticsRoute,
    settingsRoute,
    sectionRoute,
  ]),
]);

export const router = createRouter({
  routeTree,
  // The code of a page comes when its link is pointed at or focused.
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultErrorComponent: ({ error, reset }) =>
    createElement(Failed, { error, onRetry: reset, className: "my-16" }),
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
