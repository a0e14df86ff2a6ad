package dev.ooh.conformance;

import dev.ooh.memory.PageSet;

/**
 * What was asked of sessions, and by them of the facilities below, counted since the beginning;
 * unlike time, it is the same on a busy machine.
 *
 * @param sessions opened by the core
 * @param fetches of sessions
 * @param calls of facilities
 * @param pages in the sets that those calls were given and answered with
 * @param runs that those sets consist of
 */
public record Work(long sessions, long fetches, long calls, long pages, long runs) {
  static final Work NONE = new Work(0, 0, 0, 0, 0);

  static Work session() {
    return new Work(1, 0, 0, 0, 0);
  }

  static Work fetch() {
    return new Work(0, 1, 0, 0, 0);
  }

  static Work call() {
    return new Work(0, 0, 1, 0, 0);
  }

  static Work of(PageSet pages) {
    return new Work(0, 0, 0, pages.pageCount(), pages.runCount());
  }

  Work plus(Work other) {
    return new Work(
        sessions + other.sessions,
        fetches + other.fetches,
        calls + other.calls,
        pages + other.pages,
        runs + other.runs);
  }

  Work minus(Work other) {
    return new Work(
        sessions - other.sessions,
        fetches - other.fetches,
        calls - other.calls,
        pages - other.pages,
        runs - other.runs);
  }
}
