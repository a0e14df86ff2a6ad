package dev.ooh.tracking.core.internal;

/** The ledger's part of {@link dev.ooh.tracking.TrackingStatistics}. */
record LedgerCounts(
    long fetches, long pagesReported, long committed, long aborted, long conservative) {}
