// Keeps what the page loads, so that it works without a network afterwards. VERSION is the
// checksum of all files and FILES what is kept from the start; both are written above by the
// export.

const CACHE = `keras-albert-${VERSION}`;

addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES))
      .then(() => skipWaiting()),
  );
});

async function takeOver() {
  for (const name of await caches.keys()) {
    if (name.startsWith("keras-albert-") && name !== CACHE) await caches.delete(name);
  }
  await clients.claim();
}

addEventListener("activate", (event) => event.waitUntil(takeOver()));

async function kept(request) {
  const cache = await caches.open(CACHE);
  const found = await cache.match(request, { ignoreSearch: true });
  if (found) return found;
  const response = await fetch(request);
  // The large files come to be kept when they are first asked for.
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && new URL(request.url).origin === location.origin) {
    event.respondWith(kept(request));
  }
});
