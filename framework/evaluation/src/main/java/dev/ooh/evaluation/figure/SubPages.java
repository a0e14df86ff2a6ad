package dev.ooh.evaluation.figure;

import dev.ooh.evaluation.run.Measurement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** Parts of pages: SPP's granules, which the processor guards, beside write barriers' cards. */
final class SubPages {
  private static final String NAME = "subpages";
  private static final String ARRAY = "array";
  private static final String MEGABYTES = "10";
  private static final String CARDS = "write-barrier";
  private static final List<Integer> SIZES = List.of(128, 512, 4096);

  /** The rest of an evaluation needs nothing of the machine that it runs on. */
  private static final boolean HAS_REAL_MEMORY = "Linux".equals(System.getProperty("os.name"));

  private static final int STORED_BYTES = Long.BYTES;
  private static final double NANOS_A_MILLI = 1e6;

  private final Figures figures;
  private final Sheet sheet = new Sheet(NAME);

  private SubPages(Figures figures) {
    this.figures = figures;
  }

  static Experiment experiment() {
    List<Measurement> runs = new ArrayList<>();
    for (int size : SIZES) {
      runs.add(granules(size));
      if (HAS_REAL_MEMORY) {
        runs.add(cards(size));
      }
    }
    return new Experiment(
        NAME,
        "Parts of pages: SPP's granules beside write barriers' cards",
        "One 8-byte store to each page of an array of "
            + MEGABYTES
            + " MB, reported in pieces of so many bytes: bytes_reported_per_byte is what has to be"
            + " copied for each byte written. SPP's are simulated: a first store to a granule is an"
            + " EPT violation, counted as M13, the cheapest hypercall of the paper, which has no"
            + " price for it: a lower bound. first_store is what it holds the program up by, fetch"
            + " the tracker's time for a pass. A whole page written costs as many violations as it"
            + " has granules. Cards are marked by the storing code itself, which only woven Java"
            + " code does, and live on real memory: their bytes are counted in a run on this"
            + " machine, their times were measured in it and stand in the sentences below, since no"
            + " two runs give the same.",
        runs,
        figures -> new SubPages(figures).sheet());
  }

  private static Measurement granules(int size) {
    return run("virtual", Plan.SUB_PAGES, "spp.granule=" + size);
  }

  private static Measurement cards(int size) {
    return run("linux", CARDS, "write-barrier.card=" + size);
  }

  private static Measurement run(String substrate, String technique, String setting) {
    return Measurement.of(
        "micro",
        "--substrate",
        substrate,
        "--technique",
        technique,
        "--sizes",
        MEGABYTES,
        "--set",
        setting);
  }

  private Sheet sheet() {
    for (int size : SIZES) {
      String place = Integer.toString(size);
      Measured granules = new Measured(granules(size).command(), Plan.SUB_PAGES);
      Measured cards = new Measured(cards(size).command(), CARDS);
      sheet.add(Plan.SUB_PAGES, ARRAY, place, "bytes_reported_per_byte", granules.bytes(), "x");
      sheet.add(CARDS, ARRAY, place, "bytes_reported_per_byte", cards.bytes(), "x");
      sheet.add(Plan.SUB_PAGES, ARRAY, place, "first_store", granules.store(), "sim_ns");
      sheet.add(Plan.SUB_PAGES, ARRAY, place, "fetch", granules.fetch(), "sim_ms");
      if (cards.fetch().isPresent()) {
        sheet.note(
            String.format(
                Locale.ROOT,
                "Measured here, cards of %d bytes: a first store took %.1f ns more, a fetch %.3f ms.",
                size,
                cards.measuredStore().orElse(0),
                cards.fetch().orElse(0)));
      }
    }
    return sheet;
  }

  /** What one run of the array came to. */
  private final class Measured {
    private final String command;
    private final String technique;

    Measured(String command, String technique) {
      this.command = command;
      this.technique = technique;
    }

    private double value(String metric) {
      return figures.mean(command, technique, ARRAY, MEGABYTES, metric).orElse(Double.NaN);
    }

    OptionalDouble bytes() {
      return known(value("bytes_reported") / (STORED_BYTES * value("pages_written")));
    }

    OptionalDouble fetch() {
      return known(value("tracker_time") / ArrayExperiments.PASSES);
    }

    /** Nanoseconds that the program is held up by, for each page stored to. */
    OptionalDouble store() {
      double impact = value("time.W0") * (value("tracked_slowdown") - 1) - value("tracker_time");
      return known(NANOS_A_MILLI * impact / value("pages_written"));
    }

    /** As {@link #store}; a run that is measured says how long its fetches took, too. */
    OptionalDouble measuredStore() {
      // (stores + fetches) / untracked is the slowdown
      double untracked = value("untracked_pass") * ArrayExperiments.PASSES;
      double stores = value("tracked_slowdown") * untracked - value("tracker_time");
      return known(NANOS_A_MILLI * (stores - untracked) / value("pages_written"));
    }

    private static OptionalDouble known(double value) {
      return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
    }
  }
}
