// Keeps a page for the time without a network (docs/adr/0035, 0040). NAME, FILES, PAGES, TOLD and VERSION stand before this
// text: core/offline.py writes them. The page and its scripts come from one version as a whole; what it is TOLD (keys and
// status list of papers) from the network where there is one, else as it was last.
const CACHE = `${NAME}-${VERSION}`, KEPT = `${NAME}-told`, PATIENCE = 4000;

const fresh = (url) => new Request(url, { cache: "reload", credentials: "omit" });

async function tell(cache, url) {
  const answer = await fetch(fresh(url));
  if (answer.ok) await cache.put(url, answer.clone());
  return answer;
}

self.addEventListener("install", (event) => event.waitUntil((async () => {
  await (await caches.open(CACHE)).addAll([...PAGES, ...FILES].map(fresh));
  const kept = await caches.open(KEPT);
  await Promise.allSettled(TOLD.map((url) => tell(kept, url)));
  await self.skipWaiting();
})()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(`${NAME}-`) && name !== CACHE && name !== KEPT).map((name) => caches.delete(name)));
  await self.clients.claim();
})()));

async function told(url) {
  const kept = await caches.open(KEPT);
  const slow = new Promise((resolve) => setTimeout(resolve, PATIENCE)).then(() => kept.match(url));
  const now = tell(kept, url).then((answer) => (answer.ok ? answer : kept.match(url).then((old) => old || answer)), () => kept.match(url));
  // The network's answer where it comes in time; the kept one where it does not; the network's after all where none is kept.
  return (await Promise.race([now, slow])) || (await now) || Response.error();
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== location.origin || event.request.method !== "GET") return;
  if (TOLD.includes(url.pathname)) return event.respondWith(told(url.pathname));
  const key = url.pathname === PAGES[0] ? (url.searchParams.get("lang") === "en" ? PAGES[1] : PAGES[0]) : url.pathname;
  if (!PAGES.includes(key) && !FILES.includes(key)) return;
  event.respondWith(caches.open(CACHE).then((cache) => cache.match(key)).then((kept) => kept || fetch(event.request)));
});
