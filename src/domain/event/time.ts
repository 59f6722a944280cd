/** Instants a client may state about a call, ms since the epoch; each may be missing. */
export interface StatedTimes {
  /** The client's clock when it sent the request. */
  readonly sentAt?: number | undefined;
  /** The client's clock when the call was made; set by clients whose transport rewrites `timestamp`. */
  readonly originalTimestamp?: number | undefined;
  readonly timestamp?: number | undefined;
}

/**
 * Event time by our clock (docs/semantics.md, Identity of events, order, time), ms: what the client's clock says passed between
 * the call and the sending is taken off our own receipt; without sentAt the client's timestamp stands; without both, receipt.
 * Nothing lies in the future.
 */
export const eventTime = (stated: StatedTimes, receivedAt: number): number => {
  const called = stated.originalTimestamp ?? stated.timestamp;
  const time =
    called === undefined ? receivedAt : stated.sentAt === undefined ? (stated.timestamp ?? called) : receivedAt - (stated.sentAt - called);
  return Math.min(time, receivedAt);
};
