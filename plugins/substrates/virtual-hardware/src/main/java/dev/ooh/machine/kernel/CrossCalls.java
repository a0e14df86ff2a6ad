package dev.ooh.machine.kernel;

import dev.ooh.machine.cpu.Processors;
import dev.ooh.machine.cpu.Vcpu;
import dev.ooh.machine.event.Event;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.stream.Stream;

/**
 * Has other processors run a part of the kernel (Linux's smp_call_function): the one that executes
 * interrupts them one by one, and goes on when each has answered. A processor that stands still is
 * between two instructions of a program, so it takes the interrupt at once.
 */
final class CrossCalls {
  private final Processors processors;
  private final int vector;

  /** By processor: what it is to run. */
  private final List<Queue<Runnable>> asked;

  CrossCalls(Processors processors, InterruptVectors vectors) {
    this.processors = processors;
    this.asked =
        Stream.<Queue<Runnable>>generate(ArrayDeque::new).limit(processors.count()).toList();
    // A processor that is alone calls nobody, and its modules have all vectors.
    this.vector = processors.count() == 1 ? 0 : vectors.take(this::serve);
  }

  /**
   * Runs {@code body} on another processor, as the handler of an interrupt.
   *
   * @param counted what the interrupt counts as
   */
  void run(int processor, Event counted, Runnable body) {
    processors.counters().count(counted);
    asked.get(processor).add(body);
    Vcpu target = processors.all().get(processor);
    target.requestInterrupt(vector);
    processors.on(processor, target::poll);
    if (!asked.get(processor).isEmpty()) {
      throw new IllegalStateException(
          "processor %d takes no interrupt, wanted one between two instructions of a program"
              .formatted(processor));
    }
  }

  private void serve() {
    Queue<Runnable> mine = asked.get(processors.executing().number());
    for (Runnable body = mine.poll(); body != null; body = mine.poll()) {
      body.run();
    }
  }
}
