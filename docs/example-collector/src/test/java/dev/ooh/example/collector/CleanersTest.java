package dev.ooh.example.collector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.gc.CollectedHeap;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CleanersTest {
  @Test
  void anActionRunsOnceItsObjectIsGone() {
    try (CollectedSpace space = new CollectedSpace(16 << 20)) {
      space.run(() -> actionsRun(space.heap()));
    }
  }

  private static void actionsRun(CollectedHeap heap) {
    Cleaners cleaners = new Cleaners(heap);
    List<Integer> gone = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      heap.setGlobal(i, heap.allocate(0, Long.BYTES));
      int number = i;
      cleaners.register(heap.global(i), () -> gone.add(number));
    }
    heap.setGlobal(1, 0);
    cleaners.clean();
    assertThat(gone).isEmpty();
    heap.collect(true);
    cleaners.clean();
    cleaners.clean();
    assertThat(gone).containsExactly(1);
  }
}
