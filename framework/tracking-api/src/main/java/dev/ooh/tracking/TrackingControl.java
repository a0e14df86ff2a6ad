package dev.ooh.tracking;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.IntervalSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The operator's surface of the core: which technique works where, and why. The same object answers
 * the woven consumers. All methods may be called by any thread.
 */
public interface TrackingControl extends IntervalSource {
  /**
   * Every technique present, tried on {@code space}, in descending order of preference. The space
   * is tracked from then on, and a trial is made while nobody works with a technique there: it
   * waits for the fetches that came before it, and fetches wait for it. Where one of them takes too
   * long, the technique is said to be refused, for that reason. Writers are stopped for each trial;
   * one that is made beside writers that can't be stopped is passed by after a limit, and
   * everything counts as changed.
   */
  List<TechniqueStatus> list(AddressSpace space);

  /** Every technique present, untried, in descending order of preference. */
  List<TechniqueDescriptor> techniques();

  /**
   * Makes {@code technique} the one wanted for {@code space} and switches to it, without losing a
   * page, if anything is tracked there already. The caller waits for the fetches that came before
   * it, each with a limit of wall time after which it is passed by and everything counts as
   * changed; then the new technique is tried and two fetches are made, whatever writers do: the new
   * one's first, which arms what is armed, and the old one's last. Consumers who ask meanwhile wait
   * that long.
   *
   * @throws TrackingException if there is no such technique (naming those present) or it is refused
   *     (with its reason); what was active stays
   */
  void use(AddressSpace space, String technique) throws TrackingException;

  /**
   * As {@link #use(AddressSpace, String)} for every space tracked now, and as default for others.
   */
  void use(String technique) throws TrackingException;

  /**
   * Techniques to take, in this order, when the wanted one is refused or goes away. Empty, the
   * default, means none: then every interval says "all" and why.
   */
  void fallback(List<String> techniques);

  /** The address spaces tracked now. */
  List<AddressSpace> spaces();

  /** The technique that gathers for {@code space} now; empty before the first fetch. */
  Optional<String> active(AddressSpace space);

  /** One line a fact: what was wanted, what is active and why, what was refused and why. */
  List<String> explain(AddressSpace space);

  /**
   * Told by a program that knows what it wrote, such as a benchmark; passed on to the {@linkplain
   * TrackingObserver observers} for comparison with what was reported, and of no effect here.
   *
   * <p>Called after the fetch of the interval that should have reported them, they are compared
   * with what its technique reported.
   *
   * @param pages distinct pages stored to since the interval before
   */
  default void written(AddressSpace space, long pages) {}

  /** Counts since {@code space} was first tracked; all zero when it never was. */
  TrackingStatistics statistics(AddressSpace space);

  /**
   * {@link #statistics} apart for each technique that did the work, by its name: what an interval
   * counts belongs to the technique that it is from, whenever it ends. Empty before the first
   * fetch.
   */
  Map<String, TrackingStatistics> statisticsByTechnique(AddressSpace space);
}
