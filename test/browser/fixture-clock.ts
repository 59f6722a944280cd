const now = Date.now();

/** An instant so many minutes before the tests began, as the API writes it. */
export const ago = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();

/** When a definition was made and changed. */
export const dates = { createdAt: ago(9000), updatedAt: ago(2600) };
