let requests = 0;

/** Counts a call of the tracking API on this isolate. */
export const noteRequest = (): void => {
  requests += 1;
};

/** Calls of the tracking API this isolate has taken since it started. */
export const requestCount = (): number => requests;
