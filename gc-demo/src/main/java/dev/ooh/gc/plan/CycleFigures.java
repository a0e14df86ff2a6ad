package dev.ooh.gc.plan;

import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.gc.statistics.CycleTimer;
import java.util.List;
import java.util.OptionalLong;

/** What a cycle has done whose pause is not over; as in {@link CycleRecord}. */
record CycleFigures(
    long pagesWatched,
    long pagesChanged,
    long pagesRescanned,
    long objectsTraced,
    long slotsRead,
    long liveBeforeBytes,
    long allocatedBytes,
    long liveBytes,
    OptionalLong floatingBytes,
    long assistedBytes,
    String technique,
    List<String> reasons) {
  CycleRecord record(CycleTimer timer, long heapBytes) {
    return new CycleRecord(
        timer.number(),
        timer.kind(),
        timer.cause(),
        timer.pauseStart(),
        timer.pauseNanos(),
        timer.phases(),
        pagesWatched,
        pagesChanged,
        pagesRescanned,
        objectsTraced,
        slotsRead,
        allocatedBytes,
        liveBytes,
        liveBeforeBytes + allocatedBytes - liveBytes,
        heapBytes,
        floatingBytes,
        assistedBytes,
        technique,
        reasons);
  }
}
