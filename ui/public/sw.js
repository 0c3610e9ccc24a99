// Keeps the page itself for when the network is gone: its document, its code, its letters.
// What the API says is never kept: it is somebody's own, and after signing out nothing of it may be here.
const SHELL = "shell";
const DOCUMENT = "/";
/** What the build made; the file that a page is made of keeps its name as long as it keeps its bytes. */
const LIST = "/assets.json";
const BESIDE = ["/theme.js", "/favicon.svg", "/manifest.webmanifest"];

self.addEventListener("install", (event) => {
  event.waitUntil(refresh().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && !/^\/(api|health|metrics)(\/|$)/.test(url.pathname)) {
    event.respondWith(navigate(event));
  } else if (url.pathname.startsWith("/assets/") || BESIDE.includes(url.pathname)) {
    event.respondWith(asset(request, url));
  }
});

/** The newest document while there is a network, else the one that was kept. */
async function navigate(event) {
  try {
    const answer = await fetch(event.request);
    if (answer.ok) event.waitUntil(refresh(answer.headers.get("etag")).catch(() => undefined));
    return answer;
  } catch (error) {
    const kept = await (await caches.open(SHELL)).match(DOCUMENT);
    if (kept) return kept;
    throw error;
  }
}

async function asset(request, url) {
  const cache = await caches.open(SHELL);
  if (url.pathname.startsWith("/assets/")) {
    // Under one name there are never other bytes.
    return (await cache.match(url.pathname)) ?? fetch(request);
  }
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await cache.match(url.pathname);
    if (kept) return kept;
    throw error;
  }
}

/** Keeps what the newest build is made of, and nothing of older ones. */
async function refresh(etag) {
  const cache = await caches.open(SHELL);
  if (etag && (await cache.match(DOCUMENT))?.headers.get("etag") === etag) return;
  const list = await fetch(LIST, { cache: "no-cache" });
  if (!list.ok) throw new Error(`${LIST}: ${list.status}`);
  const wanted = new Set(BESIDE);
  for (const part of Object.values(await list.json())) {
    for (const file of [part.file, ...(part.css ?? [])]) if (/\.(js|css)$/.test(file)) wanted.add(`/${file}`);
    // Letters of other alphabets come when somebody needs them.
    for (const file of [part.file, ...(part.assets ?? [])])
      if (/-latin-wght-[^/]*\.woff2$/.test(file)) wanted.add(`/${file}`);
  }
  const kept = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  const missing = [...wanted].filter((path) => !kept.has(path) || !path.startsWith("/assets/"));
  await cache.addAll(missing);
  // Last, so that a document is never kept without its code.
  await cache.put(DOCUMENT, await fetch(DOCUMENT, { cache: "no-cache" }));
  wanted.add(DOCUMENT);
  await Promise.all([...kept].filter((path) => !wanted.has(path)).map((path) => cache.delete(path)));
}
