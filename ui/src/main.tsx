/** Where the page begins. */
import "./index.css";
import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { Tooltip } from "radix-ui";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "./api/queries";
import { Toasts } from "./kit/toasts";
import { languageFor, rememberedLanguage, speak } from "./shell/languages";
import { keepPage } from "./shell/offline";
import { router } from "./shell/router";
// Follows the system's colours while the page is open.
import "./shell/theme";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

// What the first page needs of the server is asked for while the language loads.
void router.load();
// Most visits begin at Home: its code comes beside the session and not after it.
if (window.location.pathname === "/") void import("./pages/home/page");
void speak(languageFor(rememberedLanguage())).then(() =>
  createRoot(root).render(
    <StrictMode>
      <I18nProvider i18n={i18n}>
        <QueryClientProvider client={queryClient}>
          <Tooltip.Provider delayDuration={500}>
            <RouterProvider router={router} />
            <Toasts />
          </Tooltip.Provider>
        </QueryClientProvider>
      </I18nProvider>
    </StrictMode>,
  ),
);

// When the first page stands: what is kept for later is not to keep anybody waiting now.
window.addEventListener("load", () => setTimeout(keepPage, 3000));
