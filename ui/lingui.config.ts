/** Which languages the page speaks, and where their messages are. */

import type { LinguiConfig } from "@lingui/conf";
import { formatter } from "@lingui/format-po";

const config: LinguiConfig = {
  sourceLocale: "en",
  locales: ["en", "de"],
  catalogs: [{ path: "src/locales/{locale}", include: ["src"] }],
  // Titles and names are text, also where they look like tags.
  runtimeConfigModule: { Trans: ["@/kit/trans", "Trans"] },
  // Line numbers would change the catalogues with every edit.
  format: formatter({ lineNumbers: false }),
};

export default config;
