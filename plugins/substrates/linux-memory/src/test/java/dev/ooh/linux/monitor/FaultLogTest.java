package dev.ooh.linux.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FaultLogTest {
  private static final long PAGE = FaultHandler.PAGE;
  private static final long BLOCK = FaultHandler.BLOCK;

  private final FaultLog log = new FaultLog(1 << 20);

  @Test
  void runsAreAscendingAndApartWhateverTheOrderOfFaults() {
    log.add(7 * BLOCK + 9 * PAGE);
    log.add(2 * PAGE);
    log.addBlock(4 * BLOCK);
    log.add(PAGE);
    log.add(5 * BLOCK); // behind the block
    log.add(4 * BLOCK); // its first page, and one in it
    log.add(4 * BLOCK + 3 * PAGE);
    log.add(2 * PAGE); // again
    log.addBlock(3 * BLOCK);

    long[] runs = {
      PAGE, 3 * PAGE, 3 * BLOCK, 5 * BLOCK + PAGE, 7 * BLOCK + 9 * PAGE, 7 * BLOCK + 10 * PAGE
    };
    assertThat(log.runs()).containsExactly(runs);
    assertThat(log.runs()).as("it stays").containsExactly(runs);
  }

  @Test
  void whatIsTakenIsGone() {
    log.add(3 * PAGE);
    log.addBlock(BLOCK);
    assertThat(log.take()).containsExactly(3 * PAGE, BLOCK | FaultLog.WHOLE_BLOCK);
    assertThat(log.take()).isEmpty();
    assertThat(log.runs()).isEmpty();
  }

  @Test
  void itGrows() {
    for (long page = 0; page < 10_000; page++) {
      log.add(page * PAGE);
    }
    assertThat(log.take()).hasSize(10_000);
  }

  @Test
  void whatLiesSideBySideIsHeldHoweverMuchItIs() {
    FaultLog small = new FaultLog(8);
    small.addBlock(9 * BLOCK);
    small.add(7 * BLOCK);
    for (long page = 1000; page-- > 0; ) {
      small.add(page * PAGE);
      small.add(page * PAGE); // by another thread
    }
    small.add(9 * BLOCK - PAGE);
    small.add(9 * BLOCK + 3 * PAGE);
    assertThat(small.overflow()).isZero();
    assertThat(small.runs())
        .containsExactly(0, 1000 * PAGE, 7 * BLOCK, 7 * BLOCK + PAGE, 9 * BLOCK - PAGE, 10 * BLOCK);
    assertThat(small.take())
        .containsExactly(
            FaultLog.RUN,
            999 * PAGE | FaultLog.RUN_END,
            7 * BLOCK,
            9 * BLOCK - PAGE | FaultLog.RUN,
            10 * BLOCK - PAGE | FaultLog.RUN_END);
  }

  @Test
  void tooManyThatLieApartAreCountedUntilTheyAreTaken() {
    FaultLog small = new FaultLog(8);
    for (long page = 0; page < 20; page++) {
      small.add(2 * page * PAGE);
    }
    assertThat(small.overflow()).isEqualTo(20);
    assertThat(small.runs()).isEmpty();
    assertThat(small.take()).isEmpty();
    assertThat(small.overflow()).isZero();
    small.add(PAGE);
    assertThat(small.take()).containsExactly(PAGE);
  }
}
