package dev.ooh.conformance;

import static dev.ooh.conformance.broken.Mutation.emptied;
import static dev.ooh.conformance.broken.Mutation.without;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.conformance.broken.MutantCore;
import dev.ooh.conformance.broken.Mutation;
import dev.ooh.conformance.model.ModelSubstrate;
import dev.ooh.conformance.model.ModelTechnique;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kit rejects cores in which a law's own line is missing. */
class MutantCoreTest {
  private static final int SEEDS = 120;
  private static final String CORE = "dev.ooh.tracking.core.internal.";
  private static final String LEDGER = CORE + "Ledger";
  private static final String ACCOUNT = CORE + "ConsumerAccount";
  private static final String SPACE = CORE + "SpaceTracking";

  static Stream<Mutation> mutations() {
    return Stream.of(
        // Law 1: what is gathered reaches every consumer.
        without(LEDGER, "book", "add"),
        emptied(ACCOUNT, "addSeen"),
        // Law 3: an aborted interval is owed again, and so are its successors.
        without(ACCOUNT, "abort", "addAll"),
        // Law 3: an unarmed page counts as changed.
        without(LEDGER, "deliver", "assumeIfNotOwed"),
        // Law 5: a fresh mapping is born dirty.
        emptied(LEDGER, "unmapped"),
        // Law 6: what was lost is all of what was watched.
        emptied(LEDGER, "lost"),
        without(LEDGER, "book", "forEach"),
        // Law 6: what can't be watched is reported, and why is kept through an abort.
        without(ACCOUNT, "add", "forEach"),
        without(CORE + "Debt", "addAll", "forEach"),
        // Law 7: the old technique's last report is owed to all.
        without(CORE + "SwitchOver", "run", "switched"),
        without(LEDGER, "switched", "forEach"),
        without(CORE + "SwitchOver", "start", "fetch"),
        // The session hears of unmapped pages.
        without(SPACE, "fetch", "tellUnmapped"),
        // Always dirty is always dirty; contents that change without a store have changed.
        without(LEDGER, "deliver", "alwaysDirty"),
        emptied(LEDGER, "changed"));
  }

  @ParameterizedTest
  @MethodSource("mutations")
  void aMutantIsRejected(Mutation mutation) {
    Subject subject =
        Subject.plain(
            () -> MutantCore.with(mutation),
            new ModelSubstrate(),
            new ModelTechnique("model", 16).nearsighted(),
            new ModelTechnique("other", 1024));
    assertThat(new ConformanceKit(subject).firstRejected(1, SEEDS))
        .as("first seed of %d that rejects: %s", SEEDS, mutation)
        .isPresent();
  }
}
