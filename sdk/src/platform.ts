/** What the client needs of the place it runs in; tests hand in their own. */
export interface Platform {
  /** Kept between page loads; undefined on a server, where one process speaks for many users and nothing is remembered. */
  readonly device: DeviceStorage | undefined;
  /** Context and page properties of this moment. */
  readonly context: () => Readonly<Record<string, unknown>>;
  readonly page: () => Readonly<Record<string, unknown>> | undefined;
  /** Sends without waiting for an answer, also while the page goes away; false when the browser refuses. */
  readonly beacon: ((url: string, body: string) => boolean) | undefined;
  /** Calls `hide` when the page may go away, `online` when the network is back. */
  readonly listen: (hide: () => void, online: () => void) => void;
}

export interface DeviceStorage {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
  keys(): string[];
}

const memoryStorage = (): DeviceStorage => {
  const map = new Map<string, string>();
  return {
    get: (key) => map.get(key) ?? null,
    set: (key, value) => void map.set(key, value),
    remove: (key) => void map.delete(key),
    keys: () => [...map.keys()],
  };
};

/** localStorage, or memory where the browser forbids it (private modes, blocked cookies, full disk). */
export const browserStorage = (): DeviceStorage => {
  try {
    const store = localStorage;
    store.setItem("tern", "");
    store.removeItem("tern");
    return {
      get: (key) => store.getItem(key),
      set: (key, value) => {
        try {
          store.setItem(key, value);
        } catch {
          // Quota: an unreadable half must not stay behind; the items are still in memory.
          store.removeItem(key);
        }
      },
      remove: (key) => store.removeItem(key),
      keys: () => Object.keys(store),
    };
  } catch {
    // Reading `localStorage` itself throws where site data is blocked.
    return memoryStorage();
  }
};

const browserPage = () => ({
  path: location.pathname,
  referrer: document.referrer,
  search: location.search,
  title: document.title,
  url: location.href,
});

/** The place this code runs in, found by looking. */
export const detectPlatform = (): Platform => {
  if (typeof document === "undefined") {
    return { device: undefined, context: () => ({}), page: () => undefined, beacon: undefined, listen: () => undefined };
  }
  return {
    device: browserStorage(),
    context: () => ({
      page: browserPage(),
      locale: navigator.language,
      userAgent: navigator.userAgent,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    }),
    page: browserPage,
    // A beacon is accepted also where it will not arrive, so offline keeps the queue for the next visit.
    beacon: (url, body) => navigator.onLine && navigator.sendBeacon(url, body),
    listen: (hide, online) => {
      addEventListener("pagehide", hide);
      // Phones often end a page that is in the background without another word.
      document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "hidden") hide();
      });
      addEventListener("online", online);
    },
  };
};
