package dev.ooh.conformance.broken;

import dev.ooh.conformance.ForwardingSession;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import java.util.List;

/** A way to be wrong that any technique can be given from outside. */
public enum Flaw {
  /** Arms each page once and never again. */
  NEVER_REARMS {
    @Override
    TrackingSession around(TrackingSession session, AddressSpace space) {
      return new ForwardingSession(session) {
        private PageSet armedOnce = PageSet.empty();

        @Override
        public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
          PageSet unarmed = arm.minus(armedOnce);
          armedOnce = armedOnce.union(arm);
          return super.fetch(scan, unarmed);
        }
      };
    }
  },

  /** Clears, then reads what is left. */
  CLEARS_BEFORE_READING {
    @Override
    TrackingSession around(TrackingSession session, AddressSpace space) {
      return new ForwardingSession(session) {
        @Override
        public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
          super.fetch(scan, arm);
          return super.fetch(scan, arm);
        }
      };
    }
  },

  /**
   * Reads, lets the program run, then clears: what is written in between is seen by nobody. Who
   * writes there is chosen by the space's polls, so use a space whose threads take turns by a seed.
   */
  REARMS_AFTER_THE_REPORT {
    @Override
    TrackingSession around(TrackingSession session, AddressSpace space) {
      return new ForwardingSession(session) {
        @Override
        public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
          Gathered gathered = super.fetch(scan, arm);
          for (int i = 0; i < 64; i++) {
            space.execution().poll();
          }
          super.fetch(scan, arm);
          return gathered;
        }
      };
    }
  },

  /** Loses the page whose entry finds the log full. */
  LOSES_THE_PAGE_AT_LOG_FULL {
    private static final int ENTRIES = 8;

    @Override
    TrackingSession around(TrackingSession session, AddressSpace space) {
      return new ForwardingSession(session) {
        @Override
        public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
          Gathered gathered = super.fetch(scan, arm);
          PageSet.Builder kept = PageSet.builder();
          int[] entry = {0};
          gathered
              .pages()
              .forEachPage(
                  page -> {
                    if (++entry[0] % ENTRIES != 0) {
                      kept.addPage(page);
                    }
                  });
          return new Gathered(kept.build(), gathered.unseen(), gathered.lost());
        }
      };
    }
  },

  /** Overflows, or loses a handler, and says nothing. */
  IGNORES_LOSSES {
    @Override
    TrackingSession around(TrackingSession session, AddressSpace space) {
      return new ForwardingSession(session) {
        @Override
        public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
          return Gathered.of(super.fetch(scan, arm).pages());
        }
      };
    }
  },

  /** Reports what it can't watch, and everything after a loss, as if it had seen it written. */
  DOUBTS_SILENTLY {
    @Override
    TrackingSession around(TrackingSession session, AddressSpace space) {
      return new ForwardingSession(session) {
        private PageSet armed = PageSet.empty();

        @Override
        public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
          armed = armed.union(arm);
          Gathered gathered = super.fetch(scan, arm);
          return Gathered.of(gathered.lost().isEmpty() ? gathered.reported() : armed);
        }

        @Override
        public void unmapped(PageSet pages) {
          armed = armed.minus(pages);
          super.unmapped(pages);
        }
      };
    }
  },

  /** Has room for one reason, the last one. */
  KEEPS_THE_LAST_REASON {
    @Override
    TrackingSession around(TrackingSession session, AddressSpace space) {
      return new ForwardingSession(session) {
        @Override
        public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
          Gathered gathered = super.fetch(scan, arm);
          List<Gathered.Unseen> unseen = gathered.unseen();
          return new Gathered(
              gathered.reported(),
              unseen.subList(Math.max(0, unseen.size() - 1), unseen.size()),
              gathered.lost());
        }
      };
    }
  },

  /** Believes that a mapping is armed because one that was there before was. */
  FORGETS_UNMAPS {
    @Override
    TrackingSession around(TrackingSession session, AddressSpace space) {
      return new ForwardingSession(session) {
        @Override
        public void unmapped(PageSet pages) {}
      };
    }
  },

  /** Has nothing to say when it is asked for the last time. */
  LOSES_ON_SWITCH {
    @Override
    TrackingSession around(TrackingSession session, AddressSpace space) {
      return new ForwardingSession(session) {
        @Override
        public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
          Gathered gathered = super.fetch(scan, arm);
          return arm.isEmpty() ? Gathered.of(PageSet.empty()) : gathered;
        }
      };
    }
  },

  /** Drains everything and reports what was asked for. */
  DROPS_WHAT_WAS_NOT_ASKED_FOR {
    @Override
    TrackingSession around(TrackingSession session, AddressSpace space) {
      return new ForwardingSession(session) {
        private PageSet armed = PageSet.empty();

        @Override
        public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
          armed = armed.union(arm);
          Gathered gathered = super.fetch(armed, arm);
          return new Gathered(gathered.pages().intersect(scan), gathered.unseen(), gathered.lost());
        }

        @Override
        public void unmapped(PageSet pages) {
          armed = armed.minus(pages);
          super.unmapped(pages);
        }
      };
    }
  },

  /** Stops looking after a while, as a handler thread that died does. */
  DIES_SILENTLY {
    private static final int LIFE = 3;

    @Override
    TrackingSession around(TrackingSession session, AddressSpace space) {
      return new ForwardingSession(session) {
        private int fetches;

        @Override
        public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
          Gathered gathered = super.fetch(scan, arm);
          return ++fetches > LIFE ? Gathered.of(PageSet.empty()) : gathered;
        }
      };
    }
  },

  /** Takes the end of a range for its last page's neighbour. */
  LEAVES_THE_LAST_PAGE_UNARMED {
    @Override
    TrackingSession around(TrackingSession session, AddressSpace space) {
      return new ForwardingSession(session) {
        @Override
        public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
          PageSet.Builder shorter = PageSet.builder();
          arm.forEachRun((start, end) -> shorter.add(start, end - PageSet.PAGE_SIZE));
          return super.fetch(scan, shorter.build());
        }
      };
    }
  },

  /** Resolves a page by the mapping of the fetch before: keeps a stale reverse map. */
  REPORTS_THE_INTERVAL_BEFORE {
    @Override
    TrackingSession around(TrackingSession session, AddressSpace space) {
      return new ForwardingSession(session) {
        private PageSet before = PageSet.empty();

        @Override
        public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
          Gathered gathered = super.fetch(scan, arm);
          PageSet report = before;
          before = gathered.pages();
          return new Gathered(report, gathered.unseen(), gathered.lost());
        }
      };
    }
  },

  /** Fails now and then, and answers with nothing. */
  ANSWERS_FAILURES_WITH_NOTHING {
    @Override
    TrackingSession around(TrackingSession session, AddressSpace space) {
      return new ForwardingSession(session) {
        private int fetches;

        @Override
        public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
          Gathered gathered = super.fetch(scan, arm);
          return ++fetches % 4 == 0 ? Gathered.of(PageSet.empty()) : gathered;
        }
      };
    }
  };

  abstract TrackingSession around(TrackingSession session, AddressSpace space);

  /** The technique with this flaw, under its own name. */
  public TrackingTechnique in(TrackingTechnique technique) {
    return new TrackingTechnique() {
      @Override
      public TechniqueDescriptor descriptor() {
        return technique.descriptor();
      }

      @Override
      public Probe probe(AddressSpace space) {
        return technique.probe(space);
      }

      @Override
      public TrackingSession open(AddressSpace space) throws TrackingException {
        return around(technique.open(space), space);
      }
    };
  }
}
