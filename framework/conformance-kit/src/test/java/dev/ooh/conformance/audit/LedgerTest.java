package dev.ooh.conformance.audit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.conformance.LawViolation;
import dev.ooh.conformance.model.ModelSubstrate;
import dev.ooh.conformance.model.ModelTechnique;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.core.TrackingCore;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a consumer is owed, when it fetches while others discard. */
class LedgerTest {
  private static final int PAGE = PageSet.PAGE_SIZE;

  private TrackingCore core;
  private AddressSpace space;
  private Ledger ledger;
  private PageSet gone;

  @BeforeEach
  void open() throws Exception {
    core = TrackingCore.create(List.of(new ModelTechnique("model", 64)));
    space = new ModelSubstrate().open(SpaceOptions.named("ledger"));
    core.use(space, "model");
    Region region = space.map(RegionRequest.anonymous("r", 8L * PAGE));
    ledger =
        new Ledger(
            space,
            core,
            new Field(Words.of(space.memory()), region.pages()),
            "consumer",
            region.pages());
    gone = PageSet.of(region.start() + PAGE, region.start() + 3L * PAGE);
    ledger.fetch(true);
  }

  @AfterEach
  void close() {
    space.close();
    core.close();
  }

  @Test
  void aDiscardIsDueAfterwards() {
    ledger.announce();
    space.discard(gone);
    ledger.oweUntold(gone);
    assertThatCode(() -> ledger.fetch(true)).doesNotThrowAnyException();
  }

  @Test
  void aDiscardThatWasToldMeanwhileIsNotDueAgain() {
    ledger.announce();
    space.discard(gone);
    ledger.fetch(true);
    ledger.oweUntold(gone);
    assertThatCode(() -> ledger.fetch(true)).doesNotThrowAnyException();
  }

  @Test
  void whatIsDueAndNotToldIsLost() {
    ledger.announce();
    ledger.oweUntold(gone);
    assertThatThrownBy(() -> ledger.fetch(true))
        .isInstanceOf(LawViolation.class)
        .hasMessageContaining("consumer lost aborted, discarded or new pages in 2 pages");
  }
}
