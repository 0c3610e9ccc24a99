/** How the page is built: into the Python package, with hashed assets and compressed twins beside them. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { lingui } from "@lingui/vite-plugin";
import babel, { defineRolldownBabelPreset } from "@rolldown/plugin-babel";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const BUILT = join(import.meta.dirname, "../src/mediatheque/page");
/** Below this, headers outweigh what compression saves. */
const SMALLEST = 1024;

/** Text assets get a .br and a .gz beside them, so that the server never compresses what does not change. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    closeBundle() {
      for (const name of readdirSync(BUILT, { recursive: true, encoding: "utf8" })) {
        if (!/\.(js|css|svg|json|webmanifest|html)$/.test(name)) continue;
        const path = join(BUILT, name);
        const bytes = readFileSync(path);
        if (bytes.length < SMALLEST) continue;
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
        const params = {
          [constants.BROTLI_PARAM_QUALITY]: 11,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        };
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
      }
    },
  };
}

const FIRST =
  /src\/(main|shell\/(?!palette|wall|credentials|doorway)|kit\/(button|tip|menu|overlay|states|toasts|title|words|keys|shortcuts|classes)\.|api\/(client|queries|session|preferences|items)\.)/;

/** The letters of the first page are asked for with it, and not when the styles have said which they are. */
function letters(): Plugin {
  const first = /(inter|bricolage-grotesque|newsreader)-latin-wght-normal-[^/]*\.woff2$/;
  return {
    name: "letters",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler: (_html, { bundle }) =>
        Object.keys(bundle ?? {})
          .filter((name) => first.test(name))
          .map((name) => ({
            tag: "link",
            attrs: { rel: "preload", as: "font", type: "font/woff2", crossorigin: true, href: `/${name}` },
          })),
    },
  };
}

const api = process.env.MEDIATHEQUE_API ?? "http://127.0.0.1:8000";

/** Lingui's macros; Babel is slow, so only files that use them pass it. */
const messages = defineRolldownBabelPreset({
  // English stays beside the code that says it, so that a page loads its own messages and not everybody's.
  preset: () => ({ plugins: [["@lingui/babel-plugin-lingui-macro", { stripMessageField: false }]] }),
  rolldown: { filter: { code: /@lingui\/(core|react)\/macro/ } },
});

export default defineConfig({
  plugins: [babel({ presets: [messages] }), react(), lingui(), tailwindcss(), letters(), compressed()],
  resolve: { alias: { "@": join(import.meta.dirname, "src") } },
  build: {
    outDir: BUILT,
    emptyOutDir: true,
    // What the service worker keeps for when the network is gone.
    manifest: "assets.json",
    // The strict policy allows no data: scripts, and fonts are cached better as files.
    assetsInlineLimit: 0,
    target: "es2022",
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What every page needs comes in two files instead of thirty: what changes with us, and what with its makers.
          groups: [
            {
              name: "vendor",
              test: /node_modules\/(react|react-dom|scheduler|@tanstack\/(react-)?(router|router-core|query|query-core|store|history))\//,
              priority: 2,
            },
            { name: "first", test: FIRST, priority: 1 },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": { target: api, ws: true }, "/health": api } },
});
